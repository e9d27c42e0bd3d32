//! Names of nobody: pools with the pairs that are easily confused, numbers of the synthetic series.

use fastrand::Rng;

const FIRST: &[&str] = &[
    "Aksel",
    "Amalie",
    "Anne",
    "Arvid",
    "Asbjørn",
    "Astrid",
    "Aud",
    "Bente",
    "Birger",
    "Birthe",
    "Brit",
    "Carl",
    "Camilla",
    "Christian",
    "Dagny",
    "Egil",
    "Einar",
    "Eirik",
    "Elin",
    "Ellen",
    "Espen",
    "Eva",
    "Frode",
    "Gerd",
    "Grethe",
    "Gro",
    "Guri",
    "Hallvard",
    "Hanne",
    "Harald",
    "Hedda",
    "Henrik",
    "Håkon",
    "Ida",
    "Ingrid",
    "Ivar",
    "Jan",
    "Jorunn",
    "Jørn",
    "Kari",
    "Kirsti",
    "Kjersti",
    "Knut",
    "Kåre",
    "Lars",
    "Liv",
    "Magnhild",
    "Marit",
    "Mikkel",
    "Nils",
    "Oddvar",
    "Olav",
    "Ole",
    "Pernille",
    "Per",
    "Pål",
    "Ragnhild",
    "Reidar",
    "Roar",
    "Runa",
    "Signe",
    "Sigrun",
    "Siv",
    "Solveig",
    "Stein",
    "Svein",
    "Sverre",
    "Synnøve",
    "Terje",
    "Thea",
    "Tor",
    "Tore",
    "Torunn",
    "Trygve",
    "Turid",
    "Unni",
    "Vegard",
    "Vibeke",
    "Øystein",
    "Åse",
    "Åshild",
];

const LAST: &[&str] = &[
    "Aas",
    "Aasen",
    "Aakre",
    "Andersen",
    "Andresen",
    "Askeland",
    "Bakke",
    "Bakken",
    "Berg",
    "Berge",
    "Bergh",
    "Berntsen",
    "Birkeland",
    "Bjerke",
    "Brekke",
    "Bråten",
    "Bøe",
    "Carlsen",
    "Christiansen",
    "Christoffersen",
    "Dahl",
    "Dale",
    "Eide",
    "Eidsvik",
    "Ellefsen",
    "Enger",
    "Fjeld",
    "Fosse",
    "Fredriksen",
    "Gjerde",
    "Grønli",
    "Gulbrandsen",
    "Haaland",
    "Hagen",
    "Halvorsen",
    "Hansen",
    "Hanssen",
    "Haug",
    "Hauge",
    "Haugen",
    "Hegg",
    "Helgesen",
    "Henriksen",
    "Hjelle",
    "Holm",
    "Holt",
    "Hovland",
    "Isaksen",
    "Iversen",
    "Jakobsen",
    "Jensen",
    "Jenssen",
    "Johannessen",
    "Johansen",
    "Karlsen",
    "Klausen",
    "Knutsen",
    "Kristensen",
    "Kristiansen",
    "Kvam",
    "Larsen",
    "Lie",
    "Lien",
    "Lund",
    "Lunde",
    "Løken",
    "Madsen",
    "Martinsen",
    "Mathisen",
    "Moen",
    "Myhre",
    "Myklebust",
    "Næss",
    "Nielsen",
    "Nilsen",
    "Nordli",
    "Nygård",
    "Olsen",
    "Opsahl",
    "Paulsen",
    "Pedersen",
    "Pettersen",
    "Rasmussen",
    "Rønning",
    "Sandberg",
    "Sandvik",
    "Skaar",
    "Solberg",
    "Solheim",
    "Stene",
    "Strand",
    "Sunde",
    "Svendsen",
    "Sæther",
    "Sæter",
    "Sørensen",
    "Thomassen",
    "Thorsen",
    "Tveit",
    "Vang",
    "Vik",
    "Wang",
    "Wiik",
    "Ødegård",
    "Østby",
    "Østli",
    "Øverby",
    "Ås",
    "Åsen",
];

const TRADE: &[&str] = &[
    "Rør",
    "Bygg",
    "Elektro",
    "Transport",
    "Maskin",
    "Regnskap",
    "Eiendom",
    "Invest",
    "Handel",
    "Drift",
    "Frisør",
    "Bakeri",
    "Gartneri",
    "Fisk",
    "Data",
    "Konsult",
    "Maling",
    "Snekkeri",
];

const WORDS: &[&str] = &[
    "Nordlys",
    "Fjordglimt",
    "Solsiden",
    "Havbris",
    "Kystvakta",
    "Fjellro",
    "Sjøgata",
    "Granlia",
    "Måneskinn",
    "Tindeblikk",
    "Brattbakken",
    "Elvebredden",
    "Lyngheia",
    "Storhaugen",
    "Veslemøy",
    "Polarlys",
    "Skjærgården",
    "Vindheia",
];

const STEMS: &[&str] = &[
    "Bjørke", "Furu", "Gran", "Kirke", "Skole", "Stor", "Strand", "Elve", "Fjell", "Hassel",
    "Kløver", "Lerke", "Myr", "Nord", "Prest", "Rosen", "Sjø", "Sol", "Torg", "Ulve", "Vester",
    "Øvre", "Åker", "Ørne", "Lilje", "Trost", "Svale", "Konvall", "Blåbær", "Multe",
];

const KINDS: &[&str] = &[
    "gata", "veien", "bakken", "lia", "stien", "plassen", "svingen", "tunet",
];

const CITIES: &[&str] = &[
    "Nordvika",
    "Bjørkås",
    "Elvedal",
    "Fagerstrand",
    "Grønnfjord",
    "Havneset",
    "Innvik",
    "Kvitnes",
    "Lysebu",
    "Myrås",
    "Nesøya",
    "Oredal",
    "Rødberg",
    "Skogheim",
    "Tømmerås",
    "Ulvøya",
    "Vestby",
    "Åsgard",
];

pub(crate) fn pick<'a>(rng: &mut Rng, pool: &[&'a str]) -> &'a str {
    pool[rng.usize(..pool.len())]
}

/// One or two given names, with a hyphen, a middle name, or the surname of a parent between.
pub(crate) fn first(rng: &mut Rng) -> String {
    let one = pick(rng, FIRST);
    match rng.u8(..20) {
        0..2 => format!("{one}-{}", pick(rng, FIRST)),
        2..6 => format!("{one} {}", pick(rng, FIRST)),
        6 => format!("{one} {}", pick(rng, LAST)),
        _ => one.to_owned(),
    }
}

pub(crate) fn last(rng: &mut Rng) -> String {
    let one = pick(rng, LAST);
    match rng.u8(..20) {
        0 => format!("{one}-{}", pick(rng, LAST)),
        1 => format!("{one} {}", pick(rng, LAST)),
        _ => one.to_owned(),
    }
}

pub(crate) fn street(rng: &mut Rng) -> String {
    format!("{}{}", pick(rng, STEMS), pick(rng, KINDS))
}

pub(crate) fn city(rng: &mut Rng) -> String {
    pick(rng, CITIES).to_owned()
}

pub(crate) fn trade(rng: &mut Rng) -> &'static str {
    pick(rng, TRADE)
}

/// A business name that is no person's, with or without its form.
pub(crate) fn business(rng: &mut Rng) -> String {
    let name = match rng.u8(..10) {
        0..4 => format!("{} {}", pick(rng, WORDS), trade(rng)),
        4 => format!("Sameiet {} {}", street(rng), rng.u8(1..99)),
        5 => format!("{} Velforening", pick(rng, WORDS)),
        6 => format!("{} & {}", pick(rng, LAST), pick(rng, LAST)),
        7 => format!("{} og Sønn", pick(rng, LAST)),
        _ => format!("{} {}", pick(rng, LAST), trade(rng)),
    };
    match rng.u8(..10) {
        0..5 => format!("{name} AS"),
        5 => format!("{name} ASA"),
        6 => format!("{name} ANS"),
        7 => format!("{name} DA"),
        8 => format!("{name} {}", pick(rng, &["SA", "NUF", "BA", "KS", "ENK"])),
        _ => name,
    }
}

fn weighed(digits: &[u32], weights: &[u32]) -> u32 {
    let sum: u32 = digits
        .iter()
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum();
    (11 - sum % 11) % 11
}

/// A number of the synthetic series for that day of birth (1940 to 1999): mostly 80 added to the
/// month, some 65 or 40, some with the 40 of a D-number on the day.
pub(crate) fn person_number(rng: &mut Rng, (year, month, day): (u32, u32, u32)) -> String {
    loop {
        let series = [80, 80, 80, 80, 80, 80, 65, 40][rng.usize(..8)];
        let day = day + if rng.u8(..12) == 0 { 40 } else { 0 };
        let body = format!(
            "{day:02}{:02}{:02}{:03}",
            month + series,
            year % 100,
            rng.u32(..500)
        );
        let mut digits: Vec<u32> = body.chars().filter_map(|c| c.to_digit(10)).collect();
        let one = weighed(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2]);
        digits.push(one);
        let two = weighed(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
        if one < 10 && two < 10 {
            return format!("{body}{one}{two}");
        }
    }
}

/// An organisation number with a right check digit.
pub(crate) fn organisation_number(rng: &mut Rng) -> String {
    loop {
        let body = rng.u32(80_000_000..100_000_000).to_string();
        let digits: Vec<u32> = body.chars().filter_map(|c| c.to_digit(10)).collect();
        let check = weighed(&digits, &[3, 2, 7, 6, 5, 4, 3, 2]);
        if check < 10 && digits.iter().any(|digit| *digit != check) {
            return format!("{body}{check}");
        }
    }
}
