//! Word lists of the invented world. Every person, firm, street and town is put together from these
//! parts by chance; none is taken from a register.

/// First names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Anouk", "Bram", "Carlijn", "Daan", "Eline", "Floris", "Gijs", "Hanneke", "Iris", "Jelle",
    "Karin", "Lars", "Maaike", "Niels", "Otto", "Petra", "Quirine", "Ruben", "Sanne", "Tijmen",
    "Ursula", "Vera", "Wouter", "Yara", "Zeger", "Amira", "Bilal", "Chaima", "Emre", "Fenna",
    "Goran", "Hicham", "Ilse", "Joost", "Kaoutar", "Lotte", "Mehmet", "Nadia", "Olga", "Pim",
];

/// First parts of last names.
pub(super) const LAST_NAME_STARTS: &[&str] = &[
    "Duin",
    "Riet",
    "Molen",
    "Zande",
    "Wilgen",
    "Heide",
    "Linden",
    "Weide",
    "Kersen",
    "Veen",
    "Dijk",
    "Eiken",
    "Haver",
    "Iepen",
    "Koren",
    "Leeuwerik",
    "Merel",
    "Noten",
    "Ploeg",
    "Sluis",
];

/// Last parts of last names.
pub(super) const LAST_NAME_ENDS: &[&str] = &[
    "kamp", "horst", "broek", "hof", "stra", "man", "beek", "veld", "poel", "weerd", "huis", "dam",
];

/// What may stand before a last name.
pub(super) const PARTICLES: &[&str] = &[
    "", "", "", "", "van ", "van der ", "de ", "ter ", "van den ",
];

/// First parts of street names.
pub(super) const STREET_STARTS: &[&str] = &[
    "Korenbloem",
    "Zwaluw",
    "Turfschip",
    "Boomgaard",
    "Wagenmaker",
    "Kievit",
    "Klaproos",
    "Hazel",
    "Brem",
    "Zonnedauw",
    "Leerlooier",
    "Meidoorn",
    "Otter",
    "Salamander",
    "Tarwe",
    "Vlas",
];

/// Last parts of street names.
pub(super) const STREET_ENDS: &[&str] = &[
    "straat", "laan", "weg", "pad", "hof", "kade", "plein", "singel",
];

/// Towns, with the first digits of their postcodes.
pub(super) const TOWNS: &[(&str, u16)] = &[
    ("Oosterveen", 5210),
    ("Lindebeek", 5224),
    ("Waterhorst", 5261),
    ("Zandwijk aan de Aa", 5346),
    ("Heidedorp", 5408),
    ("Nieuw-Molenkamp", 5467),
    ("Sint Elwijn", 5521),
    ("Turfhoven", 5583),
    ("Broekdal", 5642),
    ("Rietschoten", 5712),
];

/// Names of suppliers.
pub(super) const SUPPLIERS: &[&str] = &[
    "Wiekslag Energie",
    "Zonnekade Energie",
    "Stroomwacht",
    "Veldkracht Energie",
    "Rivierstroom",
    "Dagkracht Energie",
    "Windroos Levering",
    "Warmoes Energie",
    "Polderlicht",
    "Getijstroom",
];

/// Names of service providers.
pub(super) const SERVICE_PROVIDERS: &[&str] = &[
    "Metervriend Inzicht",
    "Kilowijzer",
    "Slimtel Diensten",
    "Verbruikskompas",
    "Wattboek",
    "Huisgloed Advies",
    "Besparingsbureau Lentevonk",
    "Uurmeting Collectief",
    "Datastroom Oost",
    "Thuispeil",
];

/// Names of other grid operators.
pub(super) const GRID_OPERATORS: &[&str] = &["Netbedrijf Zuiderkreek", "Netbedrijf Hogeveld"];

/// Names of installers.
pub(super) const INSTALLERS: &[&str] = &["Installatie Kromhout", "Elektra Bijenkorf"];

/// Last words of firm names.
pub(super) const FIRM_WORDS: &[&str] = &[
    "Bakkerij",
    "Drukkerij",
    "Fietsen",
    "Kwekerij",
    "Timmerwerken",
    "Apotheek",
    "Rijschool",
    "Stal",
];
