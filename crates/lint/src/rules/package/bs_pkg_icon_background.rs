use crate::Out;
use crate::icon::{self, Pixel};
use crate::rule::{Content, DEFINITION, Example, Group, PROPERTIES, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;
use backshell_package::Properties;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIconBackground",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "A corner of `icon.png` is transparent or white, or has another colour than the `iconBrandColor`; red, green, blue \
           and opacity may each be 8 of 255 away. Without a brand colour only the first two are judged. An icon with a side \
           of more than 1,024 pixels is not decoded.",
    why: "Clients put the icon on a field in the brand colour. Another background shows as a frame around the logo.",
    fix: "fill the background of the icon with the iconBrandColor, up to the corners",
    bad: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                (PROPERTIES, Content::Text(r##"{ "properties": { "iconBrandColor": "#1f6f54" } }"##)),
                ("icon.png", Content::Png { width: 230, height: 230, color: [31, 111, 93, 255], frames: 1 }),
            ],
            whole: &["icon.png"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 230, height: 230, color: [250, 250, 250, 255], frames: 1 }),
            ],
            whole: &["icon.png"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 230, height: 230, color: [31, 111, 84, 0], frames: 1 }),
            ],
            whole: &["icon.png"],
        },
    ],
    good: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                (PROPERTIES, Content::Text(r##"{ "properties": { "iconBrandColor": "#1F6F54" } }"##)),
                ("icon.png", Content::Png { width: 230, height: 230, color: [23, 119, 84, 247], frames: 1 }),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (PROPERTIES, Content::Text(r#"{ "properties": { "iconBrandColor": "green" } }"#)),
                ("icon.png", Content::Png { width: 230, height: 230, color: [240, 255, 255, 255], frames: 1 }),
            ],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

/// How far each channel may be away.
const TOLERANCE: u8 = 8;
const WHITE: [u8; 3] = [u8::MAX; 3];

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(icon) = &package.read.package.icon else { return };
    let Ok(Some(corners)) = icon::corners(&icon.bytes) else { return };
    let brand = package.read.package.properties.as_ref().and_then(Properties::icon_brand_color).and_then(color);
    if let Some(fault) = corners.iter().find_map(|&corner| fault(corner, brand)) {
        out.at_other_file(package.shown(&icon.path), fault);
    }
}

/// What is wrong with a corner.
fn fault([red, green, blue, opacity]: Pixel, brand: Option<[u8; 3]>) -> Option<String> {
    let is = |wanted: [u8; 3]| {
        wanted.into_iter().zip([red, green, blue]).all(|(wanted, found)| wanted.abs_diff(found) <= TOLERANCE)
    };
    if opacity.abs_diff(u8::MAX) > TOLERANCE {
        Some("a corner of the icon is transparent".to_owned())
    } else if is(WHITE) {
        Some("the background of the icon is white".to_owned())
    } else if brand.is_some_and(|brand| !is(brand)) {
        Some(format!("a corner of the icon is #{red:02x}{green:02x}{blue:02x}, which is not the iconBrandColor"))
    } else {
        None
    }
}

/// The colour that `#` and six hexadecimal digits stand for.
fn color(text: &str) -> Option<[u8; 3]> {
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
    let [_, red, green, blue] = value.to_be_bytes();
    Some([red, green, blue])
}
