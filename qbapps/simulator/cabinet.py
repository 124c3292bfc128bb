"""The built-in scenario: a French accounting firm, its people, its apps and its clients."""

from typing import Any

FIRM_REALM_ID = "9130350000000001"
_FIRST_CLIENT = 9130350000000100

_USERS = (
    ("j.durand@durand.example", "Jean Durand"),
    ("s.morel@durand.example", "Sophie Morel"),
    ("k.benali@durand.example", "Karim Benali"),
    ("l.faure@durand.example", "Lucie Faure"),
)
_APPS = (
    ("dext", "Dext"),
    ("zapier", "Zapier"),
    ("time", "Time"),
    ("a2x", "A2X"),
    ("expensya", "Expensya"),
)
_CLIENTS = (
    "Boulangerie Martin",
    "Garage de l'Étoile",
    "Menuiserie Petit",
    "SCI Les Tilleuls",
    "Café du Marché",
    "Pharmacie Lenoir",
    "Transports Bréhat",
    "Fleurs d'Ici",
    "Atelier Ÿvan",
    "Clinique vétérinaire Sarraut",
    "Plomberie Nguyễn",
    "Librairie L'Œuvre",
    "Domaine des Côtes",
    "École de danse Ballet+",
    "Agence Zénith",
    "Fromagerie Vallat",
    "Optique Rivière",
    "Cabinet dentaire Haddad",
    "Maçonnerie Da Silva",
    "Coiffure Éclat",
    "Hôtel du Lac",
    "Ferme des Hêtres",
    "Imprimerie Quentin",
    "Crèche Les P'tits Loups",
)
_TRADES = (
    "Boucherie",
    "Cordonnerie",
    "Épicerie",
    "Garage",
    "Horlogerie",
    "Menuiserie",
    "Pressing",
    "Serrurerie",
    "Tapisserie",
    "Verrerie",
)
_FAMILIES = (
    "Aubry",
    "Béraud",
    "Chevalier",
    "Delmas",
    "Étienne",
    "Fabre",
    "Guérin",
    "Hamon",
    "Imbert",
    "Joly",
    "Lê",
)


def cabinet_durand(clients: int = 24) -> dict[str, Any]:
    """
    Describe Cabinet Durand & Associés and its first *clients* clients.

    Names beyond the twenty-fourth are generated; the realm ids go on counting.
    """
    if clients < 0:
        raise ValueError(f"a firm cannot have {clients} clients")
    admins = [email for email, _ in _USERS]
    firm = {"realm_id": FIRM_REALM_ID, "name": "Cabinet Durand & Associés", "admins": admins}
    return {
        "name": "cabinet-durand",
        "users": [{"email": email, "name": name} for email, name in _USERS],
        "apps": [
            {
                "client_id": f"sim-{key}",
                "client_secret": f"sim-{key}-secret",
                "redirect_uris": ["http://localhost:8400/callback"],
                "name": name,
            }
            for key, name in _APPS
        ],
        "companies": [
            firm,
            *({"realm_id": str(_FIRST_CLIENT + n), "name": _client(n), "admins": admins} for n in range(clients)),
        ],
    }


def _client(number: int) -> str:
    if number < len(_CLIENTS):
        return _CLIENTS[number]
    beyond = number - len(_CLIENTS)
    lap, place = divmod(beyond, len(_TRADES) * len(_FAMILIES))
    # The two lengths have no common divisor, so one lap meets every pair once.
    name = f"{_TRADES[place % len(_TRADES)]} {_FAMILIES[place % len(_FAMILIES)]}"
    return name if lap == 0 else f"{name} {lap + 1}"
