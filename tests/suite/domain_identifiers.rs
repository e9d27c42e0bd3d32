//! Identifiers against the published numbers of `identifiers.md` and against an independent
//! library (`data/identifiers.csv`). No number here is a real customer's.

use chrono::NaiveDate;
use loket::domain::country::Country;
use loket::domain::ean::Ean18;
use loket::domain::fodselsnummer::{
    Fodselsnummer, FodselsnummerError, Kind as NorwegianKind, Series,
};
use loket::domain::gln::Gln;
use loket::domain::gs1::{Gs1Error, check_digit};
use loket::domain::house_number::{HouseNumber, HouseNumberError};
use loket::domain::kbo::{Kbo, KboError};
use loket::domain::organisasjonsnummer::{Organisasjonsnummer, OrganisasjonsnummerError};
use loket::domain::organisationsnummer::{
    CompanyNumber, Group, Organisationsnummer, OrganisationsnummerError,
};
use loket::domain::personnummer::{Kind as SwedishKind, Personnummer, PersonnummerError};
use loket::domain::postcode::{Postcode, PostcodeError};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn today() -> NaiveDate {
    day("2026-11-20")
}

/// DW-BAS-07, `identifiers.md` 3.1.
#[test]
fn dw_bas_07_metering_points_need_a_right_check_digit() {
    for valid in [
        "707057500088553215",
        "871690930000909597",
        "541448820052377134",
        "735999100000123450",
        "123456789012345675",
        "123456789012345606",
        "777756789012345608",
        "133700000000000053",
        "133700000000000060",
        "541440010000000001",
        "8716 9093 0000 9095 97",
    ] {
        assert!(Ean18::parse(valid).is_ok(), "{valid}");
    }
    let wrong = |wanted, found| Err(Gs1Error::CheckDigit { wanted, found });
    for (invalid, why) in [
        ("707057500088553216", wrong(5, 6)),
        ("123456789012345670", wrong(5, 0)),
        ("541450000000000001", wrong(9, 1)),
        (
            "12345678901231",
            Err(Gs1Error::Length {
                wanted: 18,
                found: 14,
            }),
        ),
        ("87169093000090959A", Err(Gs1Error::NotDigits)),
        ("٨71690930000909597", Err(Gs1Error::NotDigits)),
        ("071690930000909591", Err(Gs1Error::LeadingZero)),
        ("", Err(Gs1Error::Empty)),
        ("  ", Err(Gs1Error::Empty)),
    ] {
        assert_eq!(Ean18::parse(invalid), why, "{invalid}");
    }
    for invalid in [
        "123456789012345602",
        "777756789012345603",
        "857643212345678921",
    ] {
        assert!(Ean18::parse(invalid).is_err(), "{invalid}");
    }
}

/// `identifiers.md` 3.1: prefixes are a reason to warn.
#[test]
fn metering_points_tell_their_country_only_by_habit() {
    for (ean, country) in [
        ("707057500088553215", Country::No),
        ("871690930000909597", Country::Nl),
        ("541448820052377134", Country::Be),
        ("735999100000123450", Country::Se),
    ] {
        let ean = Ean18::parse(ean).unwrap();
        let usual: Vec<_> = Country::ALL
            .into_iter()
            .filter(|country| ean.has_usual_prefix(*country))
            .collect();
        assert_eq!(usual, [country]);
    }
    let ean = Ean18::parse("871690930000909597").unwrap();
    assert_eq!(ean.grouped(), "8716 9093 0000 9095 97");
}

/// FLU-18, `identifiers.md` 3.1: parties.
#[test]
fn flu_18_parties_need_a_right_check_digit() {
    for valid in [
        "8716879000004",
        "8716885000005",
        "8716909000004",
        "8716871000002",
        "8717185030013",
        "8714252007107",
        "8714252007299",
        "8712423010383",
    ] {
        assert_eq!(Gln::parse(valid).unwrap().as_str(), valid);
    }
    let wrong = Gs1Error::CheckDigit {
        wanted: 6,
        found: 0,
    };
    assert_eq!(Gln::parse("3599900040700"), Err(wrong));
}

/// Number (`_` for a space), kind, series, date of birth.
const NORWEGIAN: &str = "\
20036914700 fnr - 1969-03-20
200369_14700 fnr - 1969-03-20
29020073150 fnr - 2000-02-29
13097248022 fnr - 1972-09-13
53097248016 d - 1972-09-13
13527248013 fnr help 1972-12-13
10915596784 fnr skatteetaten 1955-11-10
41814061033 d skatteetaten 1940-01-01
41814065640 d skatteetaten 1940-01-01
41814075603 d skatteetaten 1940-01-01
41810021827 d skatteetaten 2000-01-01
41810025091 d skatteetaten 2000-01-01
41810034422 d skatteetaten 2000-01-01
68467038838 d help 1970-06-28
50846202355 d skatteetaten 1962-04-10
49860699787 d skatteetaten 2006-06-09
49910690514 d skatteetaten 2006-11-09
49710697182 d helsenett 2006-06-09
49680699185 d helsenett 2006-03-09
41664061188 d helsenett 1940-01-01
41774061388 d helsenett 1940-12-01
24417138435 fnr help 1971-01-24
16526295130 fnr help 1962-12-16
";

/// `identifiers.md` 3.2: both check digits, the date, the century.
#[test]
fn norwegian_numbers_of_the_old_rule() {
    for line in NORWEGIAN.lines() {
        let [number, kind, series, born] = *line.split(' ').collect::<Vec<_>>() else {
            panic!("{line}");
        };
        let read = Fodselsnummer::parse(&number.replace('_', " "), today());
        let read = read.unwrap_or_else(|error| panic!("{number}: {error}"));
        let wanted = match kind {
            "d" => NorwegianKind::DNumber,
            _ => NorwegianKind::Fodselsnummer,
        };
        assert_eq!(read.kind(), wanted, "{number}");
        let wanted = match series {
            "help" => Some(Series::HelpOrNav),
            "helsenett" => Some(Series::Helsenett),
            "skatteetaten" => Some(Series::Skatteetaten),
            _ => None,
        };
        assert_eq!(read.series(), wanted, "{number}");
        assert_eq!(read.birth_date(), Some(day(born)), "{number}");
        assert!(read.valid_old() && read.valid_2032(), "{number}");
    }
    assert_eq!(NORWEGIAN.lines().count(), 23);
}

/// `identifiers.md` 3.2 and 3.4: what is refused, and why.
#[test]
fn norwegian_numbers_that_are_refused() {
    use FodselsnummerError as E;
    for (number, why) in [
        ("29020105729", E::NoSuchDate),
        ("20036914712", E::CheckDigits),
        ("13097248032", E::CheckDigits),
        ("13097248023", E::CheckDigits),
        ("41804061033", E::Month(80)),
        ("41934063587", E::Month(93)),
        ("41654061783", E::Month(65)),
        ("41784061882", E::Month(78)),
        ("32036914700", E::Day(32)),
        ("72036914700", E::Day(72)),
        ("00036914700", E::Day(0)),
        ("2003691470", E::Length(10)),
        ("2003691470a", E::NotDigits),
        ("", E::Empty),
    ] {
        for reference in [today(), day("2032-01-01")] {
            assert_eq!(
                Fodselsnummer::parse(number, reference),
                Err(why),
                "{number}"
            );
        }
    }
}

/// `identifiers.md` 3.3: the reference date decides about numbers of the rule of 2032.
#[test]
fn the_rule_of_2032_counts_from_its_day() {
    let last_day = day("2031-12-31");
    let first_day = day("2032-01-01");
    for number in [
        "30108299939",
        "55102499947",
        "41819077906",
        "30908299902",
        "02013299997",
        "30108299920",
    ] {
        let read = Fodselsnummer::parse(number, first_day);
        let read = read.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert!(read.valid_2032(), "{number}");
        assert_eq!(
            Fodselsnummer::parse(number, last_day).is_ok(),
            read.valid_old(),
            "{number}"
        );
    }
    for number in ["30108299939", "55102499947", "41819077906", "30908299902"] {
        assert_eq!(
            Fodselsnummer::parse(number, last_day),
            Err(FodselsnummerError::NotBefore2032),
            "{number}"
        );
        assert_eq!(
            Fodselsnummer::read(number).unwrap().birth_date(),
            None,
            "{number}"
        );
    }
    for number in ["03851598730", "41819077302"] {
        let read = Fodselsnummer::parse(number, last_day).unwrap();
        assert!(
            read.valid_old() && read.valid_2032() && read.is_synthetic(),
            "{number}"
        );
    }
}

/// `identifiers.md` 3.4: emergency help numbers hold no date.
#[test]
fn emergency_help_numbers_have_no_date() {
    let read = (80_000_000_000_u64..80_000_001_000)
        .find_map(|number| Fodselsnummer::parse(&number.to_string(), today()).ok())
        .unwrap();
    assert_eq!(
        (read.kind(), read.birth_date()),
        (NorwegianKind::FhNumber, None)
    );
}

/// DW-I02-11, `identifiers.md` 3.5: the check digit cannot catch filler.
#[test]
fn dw_i02_11_filler_is_no_organisasjonsnummer() {
    use OrganisasjonsnummerError as E;
    for valid in [
        "974760673",
        "923609016",
        "988 077 917",
        "810004622",
        "991825827",
        "974683520",
    ] {
        assert!(Organisasjonsnummer::parse(valid).is_ok(), "{valid}");
    }
    for last in 0..10 {
        for body in ["90000009", "89910000"] {
            let number = format!("{body}{last}");
            assert_eq!(
                Organisasjonsnummer::parse(&number),
                Err(E::NeverIssued),
                "{number}"
            );
        }
    }
    for (number, why) in [
        ("888888888", E::Filler),
        ("999999999", E::Filler),
        ("000000000", E::FirstDigit(0)),
        ("111111111", E::FirstDigit(1)),
        ("123456785", E::FirstDigit(1)),
        ("112233445", E::FirstDigit(1)),
        ("776655441", E::FirstDigit(7)),
        (
            "974760674",
            E::CheckDigit {
                wanted: 3,
                found: 4,
            },
        ),
        ("97476067", E::Length(8)),
        ("9", E::Length(1)),
        ("NO974760673", E::NotDigits),
        ("", E::Empty),
    ] {
        assert_eq!(Organisasjonsnummer::parse(number), Err(why), "{number}");
    }
}

/// ELS-24, `identifiers.md` 3.6.
#[test]
fn els_24_swedish_personal_numbers() {
    use SwedishKind::{Personnummer as Person, Samordningsnummer as Coordination};
    for (number, kind, twelve) in [
        ("811228-9874", Person, "198112289874"),
        ("8112289874", Person, "198112289874"),
        ("19811228-9874", Person, "198112289874"),
        ("811228+9874", Person, "188112289874"),
        ("640327-3813", Person, "196403273813"),
        ("880320-0016", Person, "198803200016"),
        ("197302889931", Coordination, "197302889931"),
        ("202107919967", Coordination, "202107919967"),
    ] {
        let read = Personnummer::parse(number, today());
        let read = read.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!((read.kind(), read.as_str()), (kind, twelve), "{number}");
    }
    let shown = Personnummer::parse("8112289874", today()).unwrap();
    assert_eq!(shown.to_string(), "19811228-9874");
    assert_eq!(shown.birth_date(), day("1981-12-28"));
}

#[test]
fn els_24_swedish_personal_numbers_that_are_refused() {
    use PersonnummerError as E;
    for (number, why) in [
        ("201509160006", E::Serial),
        ("811228-9875", E::CheckDigit),
        ("811328-9874", E::NoSuchDate),
        ("810229-9874", E::NoSuchDate),
        ("20990101-0018", E::Future),
        ("556016-0680", E::NoSuchDate),
        ("811228", E::Form),
        ("811228-98745", E::Form),
        ("811228-98é", E::Form),
        ("8112-289874", E::Form),
        ("abc", E::Form),
        ("", E::Empty),
    ] {
        assert_eq!(Personnummer::parse(number, today()), Err(why), "{number}");
    }
    for number in ["194205669899", "197210869924"] {
        assert!(Personnummer::parse(number, today()).is_err(), "{number}");
    }
}

/// The reference date decides on the century of ten digits.
#[test]
fn the_century_of_a_swedish_number_follows_from_the_reference() {
    for (reference, century) in [("2081-12-28", "20"), ("2081-12-27", "19")] {
        let read = Personnummer::parse("811228-9874", day(reference)).unwrap();
        assert!(read.as_str().starts_with(century), "{reference}");
    }
}

/// ELS-24, `identifiers.md` 3.6.
#[test]
fn els_24_swedish_organisations() {
    use OrganisationsnummerError as E;
    for (number, group) in [
        ("556016-0680", Group::Limited),
        ("5561034249", Group::Limited),
        ("16556103-4249", Group::Limited),
        ("212000-0142", Group::Public),
        ("212000-1355", Group::Public),
    ] {
        let read = Organisationsnummer::parse(number);
        let read = read.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!(read.group(), Some(group), "{number}");
    }
    for (number, why) in [
        ("556103-4248", E::CheckDigit),
        ("811228-9874", E::ThirdDigit(1)),
        ("456016-0680", E::Group(4)),
        ("056016-0680", E::Group(0)),
        ("17556103-4249", E::Form),
        ("556103-42490", E::Form),
        ("5561-034249", E::Form),
        ("55", E::Form),
        ("", E::Empty),
    ] {
        assert_eq!(Organisationsnummer::parse(number), Err(why), "{number}");
    }
    assert_eq!(
        Organisationsnummer::parse("5560160680")
            .unwrap()
            .to_string(),
        "556016-0680"
    );
}

/// ELS-24: a sole proprietor's personal number stands for the company.
#[test]
fn els_24_a_sole_proprietor_is_a_company() {
    let parse = |number| CompanyNumber::parse(number, today());
    assert!(matches!(
        parse("811228-9874"),
        Ok(CompanyNumber::Proprietor(_))
    ));
    assert!(matches!(
        parse("19811228-9874"),
        Ok(CompanyNumber::Proprietor(_))
    ));
    assert!(matches!(
        parse("556016-0680"),
        Ok(CompanyNumber::Organisation(_))
    ));
    assert_eq!(
        parse("556103-4248").unwrap_err().to_string(),
        OrganisationsnummerError::CheckDigit.to_string()
    );
    assert_eq!(
        parse("811228-9875").unwrap_err().to_string(),
        PersonnummerError::CheckDigit.to_string()
    );
}

/// `identifiers.md` 3.7.
#[test]
fn belgian_enterprise_numbers() {
    for valid in [
        "0566.988.259",
        "0403.019.261",
        "0428.759.497",
        "0123456749",
        "BE 0403019261",
        "403019261",
    ] {
        assert!(Kbo::parse(valid).is_ok(), "{valid}");
    }
    assert_eq!(Kbo::parse("403019261").unwrap().to_string(), "0403.019.261");
    for (number, why) in [
        (
            "0123456789",
            KboError::CheckDigits {
                wanted: 49,
                found: 89,
            },
        ),
        ("2123456789", KboError::FirstDigit(2)),
        ("04030192", KboError::Length(8)),
        ("0403x19261", KboError::NotDigits),
        ("BE", KboError::Empty),
    ] {
        assert_eq!(Kbo::parse(number), Err(why), "{number}");
    }
}

/// `identifiers.md` 3.8.
#[test]
fn dutch_postcodes() {
    for valid in ["5223 MB", "5223MB", "5223 mb", " 5223mb "] {
        let postcode = Postcode::parse(valid).unwrap();
        assert_eq!(
            (postcode.as_str(), postcode.to_string()),
            ("5223MB", "5223 MB".to_owned())
        );
    }
    for (text, why) in [
        ("0123 AB", PostcodeError::Form),
        ("1234 SS", PostcodeError::Letters),
        ("1234 sa", PostcodeError::Letters),
        ("1234 A1", PostcodeError::Form),
        ("1234  AB", PostcodeError::Form),
        ("1234 ABC", PostcodeError::Form),
        ("123é AB", PostcodeError::Form),
        ("12", PostcodeError::Form),
        ("", PostcodeError::Empty),
    ] {
        assert_eq!(Postcode::parse(text), Err(why), "{text}");
    }
}

/// `identifiers.md` 3.8: what people write and what the register holds.
#[test]
fn dutch_house_numbers() {
    for (text, number, letter, addition, shown) in [
        ("18a-1", 18, Some('A'), Some("1"), "18A-1"),
        ("18 A 1", 18, Some('A'), Some("1"), "18A-1"),
        ("18-A1", 18, Some('A'), Some("1"), "18A-1"),
        ("18A-1", 18, Some('A'), Some("1"), "18A-1"),
        ("18", 18, None, None, "18"),
        ("18a", 18, Some('A'), None, "18A"),
        ("18-1", 18, None, Some("1"), "18-1"),
        ("18/2", 18, None, Some("2"), "18-2"),
        ("18 bis", 18, None, Some("BIS"), "18-BIS"),
        ("99999", 99_999, None, None, "99999"),
        ("18-", 18, None, None, "18"),
    ] {
        let read = HouseNumber::parse(text).unwrap();
        assert_eq!(
            (read.number(), read.letter(), read.addition()),
            (number, letter, addition)
        );
        assert_eq!(read.to_string(), shown);
    }
    let joined = HouseNumber::parse("18a-1").unwrap().joined_addition();
    assert_eq!(joined, "A1");
    for (text, why) in [
        ("0", HouseNumberError::Number),
        ("100000", HouseNumberError::Number),
        ("A18", HouseNumberError::Number),
        ("18-ABCDE", HouseNumberError::AdditionLength),
        ("18;1", HouseNumberError::Character(';')),
        ("", HouseNumberError::Empty),
    ] {
        assert_eq!(HouseNumber::parse(text), Err(why), "{text}");
    }
}

/// Decision 11's way of checking, for identifiers: an independent library gives the same verdicts.
#[test]
fn an_independent_library_agrees() {
    let table = include_str!("data/identifiers.csv");
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table.as_bytes());
    let mut seen = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let (kind, value) = (&record[0], &record[1]);
        let ours = match kind {
            "ean" => Ean18::parse(value).is_ok(),
            "gln" => Gln::parse(value).is_ok(),
            "orgnr-no" => Organisasjonsnummer::parse(value).is_ok(),
            "orgnr-se" => Organisationsnummer::parse(value).is_ok(),
            "kbo" => Kbo::parse(value).is_ok(),
            "postcode-nl" => Postcode::parse(value).is_ok(),
            other => panic!("unknown kind {other}"),
        };
        assert_eq!(ours, &record[2] == "valid", "{kind} {value}");
        seen += 1;
    }
    assert_eq!(seen, 320);
}

proptest! {
    /// The check digit catches every single wrong digit (its weights are prime to ten).
    #[test]
    fn one_wrong_digit_is_always_caught(
        body in "[1-9][0-9]{16}", place in 0_usize..18, by in 1_u8..10,
    ) {
        let right = format!("{body}{}", check_digit(&body).unwrap());
        prop_assert!(Ean18::parse(&right).is_ok());
        let mut bytes = right.into_bytes();
        bytes[place] = b'0' + (bytes[place] - b'0' + by) % 10;
        prop_assert!(Ean18::parse(std::str::from_utf8(&bytes).unwrap()).is_err());
    }

    /// No text whatever makes a parser panic.
    #[test]
    fn no_text_makes_a_parser_panic(text in "\\PC{0,20}|[0-9+ .-]{0,14}") {
        let _ = Ean18::parse(&text);
        let _ = Fodselsnummer::parse(&text, today());
        let _ = Organisasjonsnummer::parse(&text);
        let _ = CompanyNumber::parse(&text, today());
        let _ = Kbo::parse(&text);
        let _ = Postcode::parse(&text);
        let _ = HouseNumber::parse(&text);
    }

    /// A house number reads back as it is shown.
    #[test]
    fn house_numbers_read_back(text in "[1-9][0-9]{0,4}[ /-]?[a-zA-Z]{0,2}([ -][0-9]{0,2})?") {
        let read = HouseNumber::parse(&text).unwrap();
        prop_assert_eq!(HouseNumber::parse(&read.to_string()).unwrap(), read);
    }
}
