//! What a PNG image says about itself.

use std::io::Cursor;

/// The longest side of an image that is decoded. A larger one is reported for its size alone.
const LONGEST_SIDE: u32 = 1_024;
/// The most memory that the decoder may take beside the pixels.
const DECODER_BYTES: usize = 16 << 20;

/// The first chunks of a PNG image. The sizes are the file's own word: good for a message, not for memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Pixels from left to right.
    pub(crate) width: u32,
    /// Pixels from top to bottom.
    pub(crate) height: u32,
    /// Whether it shows several pictures one after the other.
    pub(crate) is_animated: bool,
}

/// Red, green, blue, opacity.
pub(crate) type Pixel = [u8; 4];

/// Reads the header; `None` when the bytes do not begin like a PNG image.
pub(crate) fn header(bytes: &[u8]) -> Option<Header> {
    let (header, mut rest) = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?.split_at_checked(25)?;
    let sizes = header.strip_prefix(b"\x00\x00\x00\x0dIHDR")?;
    let (width, sizes) = sizes.split_first_chunk()?;
    let (height, _) = sizes.split_first_chunk()?;
    let mut is_animated = false;
    // The animation control stands before the image data.
    while let Some((length, chunk)) = rest.split_first_chunk() {
        let Some((name, data)) = chunk.split_first_chunk::<4>() else { break };
        is_animated |= name == b"acTL";
        let length = u32::from_be_bytes(*length) as usize;
        match data.get(length.saturating_add(4)..) {
            Some(next) if !is_animated && name != b"IDAT" => rest = next,
            _ => break,
        }
    }
    Some(Header { width: u32::from_be_bytes(*width), height: u32::from_be_bytes(*height), is_animated })
}

/// The pixels in the four corners: top left, top right, bottom left, bottom right. `Ok(None)` when the image is too
/// large to be decoded.
///
/// # Errors
///
/// What the decoder says when the image is damaged.
pub(crate) fn corners(bytes: &[u8]) -> Result<Option<[Pixel; 4]>, String> {
    let too_large = |header: Header| header.width.max(header.height) > LONGEST_SIDE;
    if header(bytes).is_none_or(too_large) {
        return Ok(None);
    }
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: DECODER_BYTES });
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(|error| error.to_string())?;
    // At most 4 bytes for each pixel of `LONGEST_SIDE` times `LONGEST_SIDE`: the header was looked at above.
    let Some(size) = reader.output_buffer_size() else { return Ok(None) };
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(|error| error.to_string())?;
    let samples = frame.color_type.samples();
    let (right, bottom) = (frame.width.saturating_sub(1) as usize, frame.height.saturating_sub(1) as usize);
    let pixel = |column: usize, row: usize| {
        let found = pixels.get(row * frame.line_size + column * samples..)?;
        Some(match *found.get(..samples)? {
            [gray] => [gray, gray, gray, u8::MAX],
            [gray, opacity] => [gray, gray, gray, opacity],
            [red, green, blue] => [red, green, blue, u8::MAX],
            [red, green, blue, opacity] => [red, green, blue, opacity],
            _ => return None,
        })
    };
    let all = [pixel(0, 0), pixel(right, 0), pixel(0, bottom), pixel(right, bottom)];
    let [Some(a), Some(b), Some(c), Some(d)] = all else { return Ok(None) };
    Ok(Some([a, b, c, d]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(width: u32, height: u32, color: png::ColorType, depth: png::BitDepth, data: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(color);
        encoder.set_depth(depth);
        if color == png::ColorType::Indexed {
            encoder.set_palette(vec![1, 2, 3, 4, 5, 6]);
        }
        encoder.write_header().unwrap().write_image_data(data).unwrap();
        file
    }

    #[test]
    fn corners_of_every_kind_of_image() {
        use png::{BitDepth, ColorType};
        for (color, depth, data, expected) in [
            (ColorType::Grayscale, BitDepth::Eight, &[7_u8, 8, 9, 10][..], [[7, 7, 7, 255], [10, 10, 10, 255]]),
            (ColorType::Grayscale, BitDepth::Sixteen, &[7, 0, 8, 0, 9, 0, 10, 0], [[7, 7, 7, 255], [10, 10, 10, 255]]),
            (ColorType::Indexed, BitDepth::One, &[0b0100_0000, 0b0100_0000], [[1, 2, 3, 255], [4, 5, 6, 255]]),
            (ColorType::GrayscaleAlpha, BitDepth::Eight, &[7, 1, 0, 0, 0, 0, 9, 2], [[7, 7, 7, 1], [9, 9, 9, 2]]),
        ] {
            let [first, _, _, last] = corners(&image(2, 2, color, depth, data)).unwrap().unwrap();
            assert_eq!([first, last], expected, "{color:?}");
        }
    }

    #[test]
    fn damage_is_told_and_size_is_not_believed() {
        let mut bytes = image(1, 1, png::ColorType::Rgb, png::BitDepth::Eight, &[1, 2, 3]);
        assert_eq!(header(&bytes), Some(Header { width: 1, height: 1, is_animated: false }));
        let length = bytes.len();
        assert!(corners(&bytes[..length - 20]).is_err());
        bytes[16..24].fill(0xff);
        assert_eq!(corners(&bytes), Ok(None));
        for cut in 0..length {
            let _ = (header(&bytes[..cut]), corners(&bytes[..cut]));
        }
        assert_eq!(header(b"GIF89a"), None);
    }
}
