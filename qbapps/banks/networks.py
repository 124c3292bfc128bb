"""
Banks whose names and sites are known: the networks of France, where many regional banks share one name and one site.

It is no list of what QuickBooks offers: that one the caller has.

Source: what is generally known of the banks' sites, not checked one by one; that QuickBooks' French list has each
network once without a region, beside its regional banks, is in a guide of Intuit's French customers of December 2021
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Network:
    """
    A bank, or many under one name.

    Attributes:
        hosts: Of its sites, without ``www.``; what is below one of them is its own too.
        aliases: Other names that people use.
        one_portal: Its regional banks are reached through the site of all of them, so that the entry without a
            region is the one to choose.
    """

    name: str
    hosts: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    one_portal: bool = False


NETWORKS: Final = (
    Network("Crédit Agricole", ("credit-agricole.fr",), one_portal=True),
    Network("Caisse d'Épargne", ("caisse-epargne.fr",), ("Caisse d'Épargne et de Prévoyance",), one_portal=True),
    Network("Banque Populaire", ("banquepopulaire.fr",), one_portal=True),
    Network("Crédit Mutuel", ("creditmutuel.fr",), one_portal=True),
    Network("CIC", ("cic.fr",), ("Crédit Industriel et Commercial",), one_portal=True),
    Network("Crédit Mutuel de Bretagne", ("cmb.fr",), ("CMB",)),
    Network("Crédit Mutuel du Sud-Ouest", ("cmso.com",), ("CMSO",)),
    Network("Arkéa Banque Entreprises et Institutionnels", ("arkea-banque-ei.com",), ("Arkéa Banque",)),
    Network("BNP Paribas", ("mabanque.bnpparibas", "mabanquepro.bnpparibas", "bnpparibas.net"), ("BNP",)),
    Network("Hello bank!", ("hellobank.fr",)),
    Network("Société Générale", ("sg.fr", "societegenerale.fr", "societegenerale.com"), ("SG", "SocGen")),
    Network("Crédit du Nord", ("credit-du-nord.fr",)),
    Network("Société Marseillaise de Crédit", ("smc.fr",), ("SMC",)),
    Network(
        "BoursoBank", ("boursobank.com", "boursorama.com", "boursorama-banque.com"), ("Boursorama", "Boursorama Banque")
    ),
    Network("LCL", ("lcl.fr",), ("Crédit Lyonnais", "LCL - Le Crédit Lyonnais")),
    Network("La Banque Postale", ("labanquepostale.fr",), ("LBP",)),
    Network("BRED", ("bred.fr",), ("BRED Banque Populaire",)),
    Network("CASDEN", ("casden.fr",), ("CASDEN Banque Populaire",)),
    Network("Crédit Coopératif", ("credit-cooperatif.coop",)),
    Network("Banque Palatine", ("palatine.fr",), ("Palatine",)),
    Network("Banque de Savoie", ("banque-de-savoie.fr",)),
    Network("AXA Banque", ("axabanque.fr",)),
    Network("BforBank", ("bforbank.com",)),
    Network("CCF", ("ccf.fr",)),
    Network("HSBC France", ("hsbc.fr",)),
    Network("Fortuneo", ("fortuneo.fr",), ("Fortuneo Banque",)),
    Network("Monabanq", ("monabanq.com",)),
    Network("Milleis", ("milleis.fr",), ("Milleis Banque",)),
    Network("Delubac", ("delubac.com",), ("Banque Delubac",)),
    Network("Qonto", ("qonto.com",), ("Olinda",)),
    Network("Shine", ("shine.fr",)),
    Network("Nickel", ("nickel.eu",)),
    Network("N26", ("n26.com",)),
    Network("Revolut", ("revolut.com",), ("Revolut Business",)),
)

SPECIAL: Final = ("comptes specialises", "other specialised accounts", "other specialized accounts")
"""What entries are called that are not for current accounts, folded. Source: the guide named above"""
