use crate::Out;
use crate::icon;
use crate::rule::{Content, DEFINITION, Example, Group, Rule, Source, Visit};
use crate::view::Package;
use backshell_findings::Severity;

pub(crate) static RULE: Rule = Rule {
    id: "BS-PkgIconSize",
    group: Group::Package,
    severity: Severity::Warning,
    since: "0.1.0",
    source: Source::Requirement("connector certification requirements"),
    what: "`icon.png` is not square, has a side below 100 or above 512 pixels, or has more than 1,048,576 bytes.",
    why: "The icon is drawn in a square of about 230 pixels. Others are squeezed, blurred, or slow to load.",
    fix: "use a square image of 230 x 230 pixels with a logo of about 160 x 160 in it",
    bad: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 230, height: 231, color: [31, 111, 84, 255], frames: 1 }),
            ],
            whole: &["icon.png"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 99, height: 99, color: [31, 111, 84, 255], frames: 1 }),
            ],
            whole: &["icon.png"],
        },
        Example::Package {
            publisher_kind: None,
            files: &[(DEFINITION, Content::Text("{}")), ("icon.png", Content::Blanks(1_048_577))],
            whole: &["icon.png"],
        },
    ],
    good: &[
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 100, height: 100, color: [31, 111, 84, 255], frames: 1 }),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[
                (DEFINITION, Content::Text("{}")),
                ("icon.png", Content::Png { width: 512, height: 512, color: [31, 111, 84, 255], frames: 1 }),
            ],
            whole: &[],
        },
        Example::Package {
            publisher_kind: None,
            files: &[(DEFINITION, Content::Text("{}")), ("icon.png", Content::Blanks(1_048_576))],
            whole: &[],
        },
    ],
    visits: &[Visit::Package(check)],
};

const SIDES: std::ops::RangeInclusive<u32> = 100..=512;
const MOST_BYTES: usize = 1_048_576;

fn check(package: &Package<'_>, out: &mut Out<'_>) {
    let Some(icon) = &package.read.package.icon else { return };
    let mut report = |message: String| out.at_other_file(package.shown(&icon.path), message);
    if icon.bytes.len() > MOST_BYTES {
        report(format!("the icon has {} bytes; {MOST_BYTES} are allowed", icon.bytes.len()));
    }
    let Some(icon::Header { width, height, .. }) = icon::header(&icon.bytes) else { return };
    if width != height {
        report(format!("the icon is not square: it has {width} x {height} pixels"));
    } else if !SIDES.contains(&width) {
        let (least, most) = (SIDES.start(), SIDES.end());
        report(format!("the icon has {width} x {height} pixels; {least} to {most} a side are asked for"));
    }
}
