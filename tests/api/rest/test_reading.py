"""What programs read: each noun, at any moment, page by page."""

from tests.api.rest.programs import Program


async def test_every_noun_of_the_index_can_be_read(program: Program) -> None:
    index = (await program.get("")).json()

    for noun in index["nouns"]:
        answer = await program.client.get(noun["address"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["position"] == 0
