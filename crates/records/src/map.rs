//! The map: land, the places of cells and endpoints, and an arc for each way that calls took. SVG, made by hand.
//!
//! An equirectangular map: longitude and latitude are straight lines. Colour says how well a place is known, and so do the
//! dashes of the line and the shape of the mark, so that it reads without colours, too. A place of which no more than the
//! country is known is a dashed ring in the middle of the country; a place that is not known is a box below the map, because
//! any point on it would be a claim.

use crate::escape::markup;
use crate::flow_document::FlowDocument;
use crate::numbers::{counted, float};
use crate::place::{Knowledge, Place, Point};
use crate::wording;
use std::collections::BTreeMap;
use std::fmt::Write;

const LAND: &str = include_str!("../data/land.txt");

/// Width of the drawing, in its own units.
const WIDTH: f64 = 1_000.0;
/// The parallels at the upper and lower edge of the world.
const NORTH: f64 = 80.0;
const SOUTH: f64 = -56.0;
/// How many places get their names, the busiest first.
const MOST_LABELS: usize = 16;
/// How many ways are drawn, the busiest first; the others are in the table.
const MOST_WAYS: usize = 200;
/// How wide a letter of a label is, in units.
const LETTER: f64 = 6.3;

/// Colours, of the set that Okabe and Ito made for colour blindness.
const fn color(knowledge: Knowledge) -> &'static str {
    match knowledge {
        Knowledge::Own => "#56616b",
        Knowledge::Declared => "#009e73",
        Knowledge::Range => "#0072b2",
        Knowledge::Estimated => "#b8860b",
        Knowledge::Unknown => "#d55e00",
    }
}

/// The dashes of a line of this width; nothing for a line without. Wide lines have longer ones, so that they still read as
/// dashes; those of what is unknown are dots, by their round ends.
fn dashes(knowledge: Knowledge, width: f64) -> String {
    match knowledge {
        Knowledge::Own | Knowledge::Declared => String::new(),
        Knowledge::Range => format!("{:.1} {:.1}", 6.0 + width * 2.0, 2.0 + width * 0.6),
        Knowledge::Estimated => format!("{:.1} {:.1}", 2.0 + width * 1.2, 2.0 + width * 0.9),
        Knowledge::Unknown => format!("0.1 {:.1}", 1.0 + width * 1.8),
    }
}

/// The part of the world that a drawing shows.
#[derive(Clone, Copy)]
struct Window {
    west: f64,
    north: f64,
    /// Units per degree.
    scale: f64,
    height: f64,
}

impl Window {
    const WORLD: Self =
        Self { west: -180.0, north: NORTH, scale: WIDTH / 360.0, height: (NORTH - SOUTH) * WIDTH / 360.0 };

    /// A window around points, when they lie close enough together for one to be worth it.
    fn around(points: &[Point]) -> Option<Self> {
        let fold = |pick: fn(&Point) -> f64, choose: fn(f64, f64) -> f64| points.iter().map(pick).reduce(choose);
        let (west, east) = (fold(|point| point.longitude, f64::min)?, fold(|point| point.longitude, f64::max)?);
        let (south, north) = (fold(|point| point.latitude, f64::min)?, fold(|point| point.latitude, f64::max)?);
        let wide = ((east - west) * 1.35).max((north - south) * 1.35 * 2.0).max(44.0);
        if wide > 150.0 {
            return None;
        }
        let high = wide / 2.0;
        let west = (f64::midpoint(west, east) - wide / 2.0).clamp(-180.0, 180.0 - wide);
        let north = (f64::midpoint(south, north) + high / 2.0).clamp(SOUTH + high, NORTH.max(SOUTH + high));
        Some(Self { west, north, scale: WIDTH / wide, height: WIDTH / 2.0 })
    }

    fn spot(&self, point: Point) -> Spot {
        Spot { x: (point.longitude - self.west) * self.scale, y: (self.north - point.latitude) * self.scale }
    }
}

/// A point of the drawing.
#[derive(Clone, Copy)]
struct Spot {
    x: f64,
    y: f64,
}

/// Where calls went: from the region of a cell to a place.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    from: String,
    /// `None` when the place is not known.
    to: Option<String>,
    knowledge: Knowledge,
}

/// The ways of a document and how many calls went each.
pub(crate) struct Ways(Vec<(Way, u64)>);

impl Ways {
    pub(crate) fn of(document: &FlowDocument) -> Self {
        let mut ways: BTreeMap<Way, u64> = BTreeMap::new();
        for flow in &document.flows {
            let knowledge = flow.key.knowledge();
            let from = if flow.cell_region.is_empty() { &flow.home } else { &flow.cell_region };
            let places: Vec<Option<String>> = match knowledge {
                Knowledge::Unknown => vec![None],
                _ => flow.places.iter().map(|place| Some(place.name.clone())).collect(),
            };
            for to in places {
                *ways.entry(Way { from: from.clone(), to, knowledge }).or_default() += flow.calls;
            }
        }
        let mut ways: Vec<_> = ways.into_iter().collect();
        ways.sort_by_key(|(_, calls)| std::cmp::Reverse(*calls));
        Self(ways)
    }

    /// The ways in words, for whoever does not see the map.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let sentence = |(way, calls): &(Way, u64)| {
            let from = Place::named(&way.from).label;
            let calls = counted(*calls, "call", "calls");
            let known = wording::legend(way.knowledge);
            match &way.to {
                None => format!("{calls} from {from}: {known}"),
                Some(to) => format!("{calls} from {from} to {}: {known}", Place::named(to).label),
            }
        };
        let mut sentences: Vec<String> = self.0.iter().take(MOST_WAYS).map(sentence).collect();
        if self.0.len() > MOST_WAYS {
            sentences.push(format!("and {} more ways with fewer calls", self.0.len() - MOST_WAYS));
        }
        sentences
    }

    fn points(&self) -> Vec<Point> {
        let names = self.0.iter().flat_map(|(way, _)| std::iter::once(&way.from).chain(&way.to));
        names.filter_map(|name| Place::named(name).point).collect()
    }

    fn knows(&self, knowledge: Knowledge) -> bool {
        self.0.iter().any(|(way, _)| way.knowledge == knowledge)
    }

    /// A map of the world. `id` makes the names inside unique where several drawings stand on one page.
    pub(crate) fn world(&self, id: &str) -> String {
        self.draw(id, Window::WORLD, "Map of the world with the places that calls were made from and to", true)
    }

    /// A closer map: of the part of the world in which all of it happens or, when that is most of the world, of what lies
    /// around the busiest cell. `None` when that would show nothing more.
    pub(crate) fn detail(&self, id: &str) -> Option<String> {
        let points = self.points();
        if let Some(window) = Window::around(&points) {
            return Some(self.draw(
                id,
                window,
                "The same, closer: the part of the world in which these calls happened",
                false,
            ));
        }
        let (busiest, _) = self.0.first()?;
        let center = Place::named(&busiest.from).point?;
        let near: Vec<Point> = points
            .into_iter()
            .filter(|point| {
                (point.longitude - center.longitude).abs() < 20.0 && (point.latitude - center.latitude).abs() < 10.0
            })
            .collect();
        let others = near.iter().filter(|point| **point != center).count();
        if others < 2 {
            return None;
        }
        let title = format!("The same, closer, around {}", busiest.from);
        Some(self.draw(id, Window::around(&near)?, &markup(&title), false))
    }

    fn draw(&self, id: &str, window: Window, title: &str, with_unknown: bool) -> String {
        let unknown = with_unknown && self.knows(Knowledge::Unknown);
        let strip = if unknown { 46.0 } else { 0.0 };
        let height = window.height + strip;
        let mut svg = String::with_capacity(64 * 1024);
        // Writing into a `String` cannot fail.
        let _ = write!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" font-family=\"system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-desc\">{}</desc>",
            markup(&self.sentences().join(". "))
        );
        let _ =
            write!(svg, "<defs><clipPath id=\"{id}-clip\"><rect width=\"{WIDTH}\" height=\"{height:.0}\"/></clipPath>");
        for knowledge in Knowledge::ALL {
            let _ = write!(
                svg,
                "<marker id=\"{id}-{}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\" \
                 markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0.5 0.5L7.5 4L0.5 7.5z\" fill=\"{}\"/></marker>",
                knowledge.as_str(),
                color(knowledge)
            );
        }
        let _ = write!(
            svg,
            "</defs><g clip-path=\"url(#{id}-clip)\"><rect width=\"{WIDTH}\" height=\"{height:.0}\" fill=\"#eef3f7\"/>"
        );
        graticule(&mut svg, window);
        let _ = write!(
            svg,
            "<path d=\"{}\" fill=\"#d3d8dc\" stroke=\"#b5bdc4\" stroke-width=\"0.6\" fill-rule=\"evenodd\"/>",
            land(window)
        );
        let shelf = Spot { x: WIDTH / 2.0, y: window.height + 22.0 };
        if unknown {
            shelf_box(&mut svg, shelf, window.height, strip);
        }
        self.ways(&mut svg, id, window, unknown.then_some(shelf));
        self.marks(&mut svg, window);
        svg.push_str("</g></svg>");
        svg
    }

    fn ways(&self, svg: &mut String, id: &str, window: Window, shelf: Option<Spot>) {
        let most = self.0.first().map_or(1, |(_, calls)| *calls);
        let mut between: BTreeMap<(&str, Option<&str>), u32> = BTreeMap::new();
        // The busiest last, so that it lies on top.
        for (way, calls) in self.0.iter().take(MOST_WAYS).rev() {
            let Some(from) = Place::named(&way.from).point.map(|point| window.spot(point)) else { continue };
            let width = 1.3 + 5.0 * float(*calls).ln_1p() / float(most).ln_1p();
            let nth = between.entry((&way.from, way.to.as_deref())).or_default();
            *nth += 1;
            let end = match &way.to {
                Some(to) => Place::named(to).point.map(|point| window.spot(point)),
                None => {
                    shelf.map(|shelf| Spot { x: shelf.x + (from.x - shelf.x).clamp(-70.0, 70.0), y: shelf.y - 13.0 })
                }
            };
            let Some(to) = end else { continue };
            let path = if (to.x - from.x).hypot(to.y - from.y) < 3.0 {
                // From a region into the same region: a loop beside the mark.
                let size = 13.0 + 5.0 * f64::from(*nth);
                format!("M{:.1} {:.1}c{size:.1} {:.1} {size:.1} {size:.1} 4 8", from.x + 4.0, from.y - 5.0, -size)
            } else {
                arc(from, to, f64::from(*nth))
            };
            let dashes = dashes(way.knowledge, width);
            let dashes = if dashes.is_empty() { dashes } else { format!(" stroke-dasharray=\"{dashes}\"") };
            let label = way.to.as_deref().map_or_else(|| "place unknown".to_owned(), |to| Place::named(to).label);
            let _ = write!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width:.1}\" stroke-opacity=\"0.85\" \
                 stroke-linecap=\"{}\"{dashes} marker-end=\"url(#{id}-{})\"><title>{}</title></path>",
                color(way.knowledge),
                if way.knowledge == Knowledge::Unknown { "round" } else { "butt" },
                way.knowledge.as_str(),
                markup(&format!(
                    "{} to {label}: {}, {}",
                    way.from,
                    counted(*calls, "call", "calls"),
                    wording::legend(way.knowledge)
                ))
            );
        }
    }

    /// Squares where cells are, circles where endpoints are, and names where there is room.
    fn marks(&self, svg: &mut String, window: Window) {
        let mut taken: Vec<[f64; 4]> = Vec::new();
        let mut labels = String::new();
        let mut named = 0;
        let mut seen = BTreeMap::new();
        let cells = self.0.iter().map(|(way, _)| (way.from.as_str(), None));
        let ends = self.0.iter().filter_map(|(way, _)| Some((way.to.as_deref()?, Some(way.knowledge))));
        let cells: Vec<_> = cells.collect();
        let ends: Vec<_> = ends.collect();
        for (name, knowledge) in cells.into_iter().chain(ends) {
            let Some(spot) = Place::named(name).point.map(|point| window.spot(point)) else { continue };
            let first_here = !seen.contains_key(name);
            if seen.get(name).is_some_and(|known| *known == knowledge) {
                continue;
            }
            seen.insert(name, knowledge);
            let Spot { x, y } = spot;
            let _ = match knowledge {
                None => write!(
                    svg,
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"10\" height=\"10\" fill=\"#1d2a35\" stroke=\"#fff\" \
                     stroke-width=\"1.5\"/>",
                    x - 5.0,
                    y - 5.0
                ),
                Some(Knowledge::Estimated) => write!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"11\" fill=\"#fff\" fill-opacity=\"0.6\" stroke=\"{}\" \
                     stroke-width=\"2\" stroke-dasharray=\"3 2.5\"/>",
                    color(Knowledge::Estimated)
                ),
                // A cell may be where an endpoint is: the ring goes around its square.
                Some(knowledge) if !first_here => write!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"9\" fill=\"none\" stroke=\"{}\" stroke-width=\"2.5\"/>",
                    color(knowledge)
                ),
                Some(knowledge) => write!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5.5\" fill=\"{}\" stroke=\"#fff\" stroke-width=\"1.5\"/>",
                    color(knowledge)
                ),
            };
            taken.push([x - 11.0, y - 11.0, x + 11.0, y + 11.0]);
            if first_here && named < MOST_LABELS {
                let text = Place::named(name);
                let text = if knowledge == Some(Knowledge::Estimated) {
                    format!("{} (estimated)", text.label)
                } else {
                    name.to_owned()
                };
                if let Some(at) = room(&taken, spot, &text, window) {
                    named += 1;
                    taken.push([at.x, at.y - 11.0, at.x + width(&text), at.y + 3.0]);
                    let _ = write!(labels, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", at.x, at.y, markup(&text));
                }
            }
        }
        let _ = write!(
            svg,
            "<g font-size=\"12\" fill=\"#1d2a35\" stroke=\"#fff\" stroke-width=\"3\" stroke-linejoin=\"round\" \
             paint-order=\"stroke\">{labels}</g>"
        );
    }

    /// What is to be explained beside the map: knowledge, colour and dashes of what is on it.
    pub(crate) fn legend(&self) -> Vec<(Knowledge, &'static str, String)> {
        let shown = Knowledge::ALL.into_iter().filter(|knowledge| self.knows(*knowledge));
        shown.map(|knowledge| (knowledge, color(knowledge), dashes(knowledge, 3.0))).collect()
    }
}

/// The box for places that are not known, below the map.
fn shelf_box(svg: &mut String, shelf: Spot, top: f64, strip: f64) {
    let stroke = color(Knowledge::Unknown);
    let (left, upper, base) = (shelf.x - 75.0, shelf.y - 12.0, shelf.y + 5.5);
    let _ = write!(
        svg,
        "<rect y=\"{top:.0}\" width=\"{WIDTH}\" height=\"{strip}\" fill=\"#fbf3ec\"/>\
         <rect x=\"{left:.0}\" y=\"{upper:.0}\" width=\"150\" height=\"26\" rx=\"4\" fill=\"#fff\" stroke=\"{stroke}\" \
         stroke-dasharray=\"1.5 4\" stroke-width=\"1.6\"/><text x=\"{:.0}\" y=\"{base:.1}\" font-size=\"13\" \
         text-anchor=\"middle\" fill=\"#333\">place unknown</text>",
        shelf.x
    );
}

fn width(text: &str) -> f64 {
    text.chars().map(|_| LETTER).sum()
}

/// Where a name has room beside its mark: right, left, below, above; `None` when nowhere.
fn room(taken: &[[f64; 4]], spot: Spot, text: &str, window: Window) -> Option<Spot> {
    let wide = width(text);
    let candidates = [
        Spot { x: spot.x + 13.0, y: spot.y + 4.0 },
        Spot { x: spot.x - 13.0 - wide, y: spot.y + 4.0 },
        Spot { x: spot.x - wide / 2.0, y: spot.y + 25.0 },
        Spot { x: spot.x - wide / 2.0, y: spot.y - 15.0 },
        Spot { x: spot.x + 9.0, y: spot.y + 21.0 },
        Spot { x: spot.x - 9.0 - wide, y: spot.y - 13.0 },
    ];
    candidates.into_iter().find(|at| {
        let mine = [at.x, at.y - 11.0, at.x + wide, at.y + 3.0];
        let [left, top, right, bottom] = mine;
        let inside = left >= 2.0 && right <= WIDTH - 2.0 && top >= 2.0 && bottom <= window.height - 2.0;
        let crosses = |other: &[f64; 4]| {
            let [l, t, r, b] = *other;
            left < r && l < right && top < b && t < bottom
        };
        // Its own mark is the last of those that are taken, and the candidates keep clear of it.
        inside && !taken.iter().rev().skip(1).any(crosses)
    })
}

/// A bent line; the more of them between the same two points, the more it bends.
fn arc(from: Spot, to: Spot, nth: f64) -> String {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy);
    // It ends before the mark, so that its head is seen.
    let short = (length - 9.0).max(1.0) / length;
    let (end_x, end_y) = (from.x + dx * short, from.y + dy * short);
    // Bent towards the pole, as ways on a globe seem to be.
    let up = if dx >= 0.0 { 1.0 } else { -1.0 };
    let bend = (0.10 + 0.08 * nth) * length.min(400.0);
    let (middle_x, middle_y) = (f64::midpoint(from.x, to.x), f64::midpoint(from.y, to.y));
    let (control_x, control_y) = (middle_x + up * dy / length * bend, middle_y - up * dx / length * bend);
    format!("M{:.1} {:.1}Q{control_x:.1} {control_y:.1} {end_x:.1} {end_y:.1}", from.x, from.y)
}

fn graticule(svg: &mut String, window: Window) {
    let step = if window.scale > 5.0 { 10 } else { 30 };
    let mut path = String::new();
    for degrees in (-180..=180).step_by(step) {
        let x = window.spot(Point { longitude: f64::from(degrees), latitude: 0.0 }).x;
        if (0.0..=WIDTH).contains(&x) {
            let _ = write!(path, "M{x:.1} 0V{:.1}", window.height);
        }
        let y = window.spot(Point { longitude: 0.0, latitude: f64::from(degrees) }).y;
        if (0.0..=window.height).contains(&y) {
            let _ = write!(path, "M0 {y:.1}H{WIDTH}");
        }
    }
    let _ = write!(svg, "<path d=\"{path}\" stroke=\"#dde5eb\" stroke-width=\"0.7\" fill=\"none\"/>");
}

/// The outlines of land that reach into the window.
fn land(window: Window) -> String {
    let mut path = String::with_capacity(32 * 1024);
    for line in LAND.lines().filter(|line| !line.starts_with('#')) {
        let point = |pair: &str| {
            let (longitude, latitude) = pair.split_once(',')?;
            let tenths = |text: &str| text.parse::<i32>().ok().map(|tenths| f64::from(tenths) / 10.0);
            Some(window.spot(Point { longitude: tenths(longitude)?, latitude: tenths(latitude)? }))
        };
        let ring: Vec<Spot> = line.split(' ').filter_map(point).collect();
        let reaches = |low: f64, high: f64, pick: fn(&Spot) -> f64| {
            ring.iter().any(|spot| pick(spot) >= low) && ring.iter().any(|spot| pick(spot) <= high)
        };
        if !reaches(0.0, WIDTH, |spot| spot.x) || !reaches(0.0, window.height, |spot| spot.y) {
            continue;
        }
        for (index, Spot { x, y }) in ring.into_iter().enumerate() {
            let _ = write!(path, "{}{x:.1} {y:.1}", if index == 0 { 'M' } else { 'L' });
        }
        path.push('Z');
    }
    path
}
