-- One command after another, each with a key of its own, over many records in turn.
-- Arguments: a file with one path a line, a file with the body, the token, a name for this run.
local paths, body, headers, run, number = {}, "", {}, "", 0

function init(arguments)
    for line in io.lines(arguments[1]) do
        paths[#paths + 1] = line
    end
    body = io.open(arguments[2]):read("*a")
    headers["Content-Type"] = "application/json"
    headers["Authorization"] = "Bearer " .. arguments[3]
    headers["If-Match"] = "*"
    run = arguments[4]
end

function request()
    number = number + 1
    headers["Idempotency-Key"] = run .. "-" .. number
    return wrk.format("POST", paths[number % #paths + 1], headers, body)
end
