"""The vault: what it sealed opens only whole, in its own row, and with its own key."""

from __future__ import annotations

import base64
import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.errors import ConfigurationError, QBAppsError, SealBroken, UnknownKey
from qbapps.values import Secret
from qbapps.vault import KeyRing, Vault, new_key, parse_keys

OLD, NEW = new_key(), new_key()
VAULT = Vault(KeyRing([OLD]))
ROTATED = Vault(KeyRing([NEW, OLD]))
FOREIGN = Vault(KeyRing([NEW]))


@given(st.text(), st.text())
def test_what_was_sealed_opens_with_its_binding(secret: str, binding: str) -> None:
    assert VAULT.open(VAULT.seal(Secret(secret), binding), binding).reveal() == secret


@given(st.text(), st.text(), st.text())
def test_what_was_sealed_for_one_row_does_not_open_in_another(secret: str, row: str, other: str) -> None:
    sealed = VAULT.seal(Secret(secret), row)
    if row != other:
        with pytest.raises(SealBroken):
            VAULT.open(sealed, other)


@given(st.text(max_size=50), st.data())
def test_an_altered_byte_is_refused_wherever_it_is(secret: str, data: st.DataObject) -> None:
    sealed = VAULT.seal(Secret(secret), "con_1:access")
    place = data.draw(st.integers(0, len(sealed) - 1))
    change = data.draw(st.integers(1, 255))
    altered = sealed[:place] + bytes([sealed[place] ^ change]) + sealed[place + 1 :]
    with pytest.raises((SealBroken, UnknownKey)):
        VAULT.open(altered, "con_1:access")


def test_each_altered_bit_of_a_seal_is_refused() -> None:
    sealed = VAULT.seal(Secret("token"), "row")
    for place in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[place // 8] ^= 1 << place % 8
        with pytest.raises(UnknownKey if 1 <= place // 8 < 9 else SealBroken):
            VAULT.open(bytes(altered), "row")


@given(st.binary(max_size=100))
def test_bytes_that_were_never_sealed_are_refused(junk: bytes) -> None:
    with pytest.raises((SealBroken, UnknownKey)):
        VAULT.open(junk, "row")


def test_a_cut_seal_is_refused_at_every_length() -> None:
    sealed = VAULT.seal(Secret("token"), "row")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            VAULT.open(sealed[:length], "row")


ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)
"""Half characters too: broken JSON can hold them."""


@given(ANY_TEXT, ANY_TEXT)
def test_half_characters_from_broken_input_are_sealed_like_any_text(secret: str, binding: str) -> None:
    assert VAULT.open(VAULT.seal(Secret(secret), binding), binding).reveal() == secret


@given(st.data())
def test_whatever_is_cut_spliced_lengthened_or_mixed_is_refused(data: st.DataObject) -> None:
    """Two seals of one row, of another row and of a foreign key, cut up and put together in any way."""
    mine, again = VAULT.seal(Secret("token"), "row"), VAULT.seal(Secret("token"), "row")
    sources = [mine, again, VAULT.seal(Secret("token"), "other"), FOREIGN.seal(Secret("token"), "row"), b"", b"\x01"]
    parts = []
    for _ in range(data.draw(st.integers(0, 4))):
        source = data.draw(st.one_of(st.sampled_from(sources), st.binary(max_size=40)))
        start = data.draw(st.integers(0, len(source)))
        parts.append(source[start : data.draw(st.integers(start, len(source)))])
    made = b"".join(parts)
    if made in (mine, again):
        assert VAULT.open(made, "row").reveal() == "token"
    else:
        with pytest.raises((SealBroken, UnknownKey)):
            VAULT.open(made, "row")


@given(st.binary(max_size=100))
def test_only_what_has_the_form_of_a_seal_names_a_key(junk: bytes) -> None:
    named = VAULT.key_id(junk)
    if named is None:
        with pytest.raises(SealBroken):
            VAULT.open(junk, "row")
    else:
        assert named == junk[1:9].hex()
    assert VAULT.key_id(VAULT.seal(Secret("token"), "row")) == VAULT.key_ids()[0]


def test_the_same_secret_never_seals_to_the_same_bytes() -> None:
    assert len({VAULT.seal(Secret("token"), "row") for _ in range(100)}) == 100


def test_a_seal_is_a_version_a_key_id_a_nonce_and_the_rest() -> None:
    sealed = VAULT.seal(Secret("token"), "row")
    assert sealed[0] == 1
    assert sealed[1:9].hex() == KeyRing([OLD]).ids[0]
    assert len(sealed) == 1 + 8 + 12 + len("token") + 16


def test_a_key_that_was_not_given_is_named_by_its_id() -> None:
    sealed = VAULT.seal(Secret("token"), "row")
    ((old,), (new,)) = KeyRing([OLD]).ids, KeyRing([NEW]).ids
    with pytest.raises(UnknownKey, match=f"{old}.*given: {new}") as refusal:
        FOREIGN.open(sealed, "row")
    assert old in refusal.value.hint


def test_after_a_rotation_the_first_key_seals_and_all_open() -> None:
    old = VAULT.seal(Secret("token"), "row")
    assert ROTATED.open(old, "row") == Secret("token")
    assert ROTATED.needs_rotation(old)
    assert not VAULT.needs_rotation(old)
    new = ROTATED.rotate(old, "row")
    assert not ROTATED.needs_rotation(new)
    assert Vault(KeyRing([NEW])).open(new, "row") == Secret("token")
    assert ROTATED.rotate(new, "row") is new


def test_a_rotation_never_seals_anew_what_does_not_open() -> None:
    with pytest.raises(SealBroken):
        ROTATED.rotate(VAULT.seal(Secret("token"), "row"), "other row")


@given(st.binary(), st.binary())
def test_a_signature_fits_its_own_data_only(data: bytes, other: bytes) -> None:
    signature = VAULT.sign(data)
    assert VAULT.verify(data, signature)
    assert ROTATED.verify(data, signature)
    assert VAULT.verify(other, signature) == (other == data)
    assert not Vault(KeyRing([NEW])).verify(data, signature)


def test_what_is_no_signature_does_not_fit() -> None:
    signature = VAULT.sign(b"data")
    for wrong in ("", "v1", "v1..", "é", "v2" + signature[2:], signature[:-1], signature + "0", signature.upper()):
        assert not VAULT.verify(b"data", wrong)


def test_keys_are_read_with_or_without_padding_and_spaces() -> None:
    text = f" {OLD.reveal()} , {NEW.reveal().rstrip('=')},"
    assert parse_keys(text).ids == KeyRing([OLD, NEW]).ids


SHORT = base64.urlsafe_b64encode(b"x" * 31).decode()
WRONG = ["too-short", SHORT, "!" * 43, "é" * 43, base64.urlsafe_b64encode(b"x" * 33).decode(), "a" * 45]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_key_is_named_by_its_place_and_not_shown(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="Key 2 of 2 is not 32 bytes") as refusal:
        parse_keys(f"{OLD.reveal()},{wrong}")
    assert wrong not in str(refusal.value)
    assert OLD.reveal() not in str(refusal.value)
    assert refusal.value.__context__ is None
    with pytest.raises(ConfigurationError, match="The key is not 32 bytes"):
        parse_keys(wrong)


@pytest.mark.parametrize("nothing", ["", " , "])
def test_no_key_at_all_is_refused_with_how_to_make_one(nothing: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse_keys(nothing)
    assert "qbapps key new" in refusal.value.hint


def test_keys_do_not_show_themselves_and_cannot_leave_the_process() -> None:
    ring = KeyRing([OLD])
    shown = repr([ring, ring.keys, Vault(ring)])
    assert OLD.reveal() not in shown
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(ring)


def test_errors_hold_neither_the_secret_nor_the_sealed_bytes() -> None:
    sealed = VAULT.seal(Secret("token-text"), "con_1:access")
    with pytest.raises(QBAppsError) as refusal:
        VAULT.open(sealed, "con_2:access")
    assert "token-text" not in str(refusal.value)
    assert sealed.hex() not in str(refusal.value)
    assert "con_2:access" in refusal.value.message


def test_new_keys_differ_and_are_read_back() -> None:
    keys = [new_key() for _ in range(10)]
    assert len(set(KeyRing(keys).ids)) == 10
