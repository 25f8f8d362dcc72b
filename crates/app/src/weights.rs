//! Weights as a safetensors file: `layer.{i}.weight` of shape `[d_in, d_out]` (the output is
//! `h W + b`) and `layer.{i}.bias` of shape `[d_out]`, from the input on, 32-bit floats; the
//! architecture is in the metadata.
//!
//! The format is eight bytes (the length of the header, little-endian), a JSON header and the data.
//! The crate of that name would add more to the page than all of its charts, so it is only the
//! oracle of the tests.

use super::notice::Notice;
use flow::network::{Architecture, Network};
use serde_json::{Map, Value as Json};

/// Bytes of the length before the header.
const LENGTH: usize = 8;
/// The name of 32-bit floats.
const FLOAT: &str = "F32";

fn names(layer: usize) -> [String; 2] {
    ["weight", "bias"].map(|part| format!("layer.{layer}.{part}"))
}

/// Names and shapes of all tensors, in the order of the parameters.
fn tensors(architecture: Architecture) -> Vec<(String, Vec<usize>)> {
    let layers = architecture.layers().enumerate();
    layers
        .flat_map(|(layer, (d_in, d_out))| {
            let [weight, bias] = names(layer);
            [(weight, vec![d_in, d_out]), (bias, vec![d_out])]
        })
        .collect()
}

/// The file of a network after so many training steps.
pub fn write(network: &Network, step: u32) -> Vec<u8> {
    let architecture = network.architecture();
    let mut header = format!("{{{}", metadata(architecture, step));
    let mut end = 0;
    for (name, shape) in tensors(architecture) {
        let begin = end;
        end += 4 * shape.iter().product::<usize>();
        let shape = list(&shape);
        header += &format!(
            r#","{name}":{{"dtype":"{FLOAT}","shape":{shape},"data_offsets":[{begin},{end}]}}"#
        );
    }
    header.push('}');
    // The data begin at a multiple of eight bytes, as readers that map the file expect.
    while !header.len().is_multiple_of(LENGTH) {
        header.push(' ');
    }
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend(header.bytes());
    file.extend(network.parameters().iter().flat_map(|x| x.to_le_bytes()));
    file
}

/// Everything in the metadata of the format is text, and none of ours needs an escape.
fn metadata(architecture: Architecture, step: u32) -> String {
    let Architecture {
        inputs,
        width,
        depth,
        outputs,
        ..
    } = architecture;
    let activation = architecture.activation.name();
    format!(
        r#""__metadata__":{{"format":"flowlab","inputs":"{inputs}","width":"{width}","depth":"{depth}","outputs":"{outputs}","activation":"{activation}","step":"{step}"}}"#
    )
}

/// Lengths as JSON has them.
fn list(lengths: &[usize]) -> String {
    let lengths: Vec<String> = lengths.iter().map(usize::to_string).collect();
    format!("[{}]", lengths.join(","))
}

/// Why weights were not loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WeightsFault {
    /// There is no network to load them into.
    NoNetwork,
    NotSafetensors,
    /// The file's network is deeper than the lane's.
    TooManyTensors {
        given: usize,
        wanted: usize,
    },
    Activation {
        file: String,
        lane: &'static str,
    },
    /// A tensor of the lane's network that the file does not have.
    Missing(String),
    Shape {
        tensor: String,
        file: String,
        lane: String,
    },
    NotFloats(String),
    NoData(String),
    NotFinite(String),
}

impl WeightsFault {
    /// The sentence for the visitor.
    pub fn notice(&self) -> Notice {
        let (key, values) = match self {
            Self::NoNetwork => ("weights.no-network", vec![]),
            Self::NotSafetensors => ("weights.not-safetensors", vec![]),
            Self::TooManyTensors { given, wanted } => (
                "weights.too-many",
                vec![given.to_string(), wanted.to_string()],
            ),
            Self::Activation { file, lane } => {
                ("weights.activation", vec![file.clone(), (*lane).to_owned()])
            }
            Self::Missing(tensor) => ("weights.missing", vec![tensor.clone()]),
            Self::Shape { tensor, file, lane } => (
                "weights.shape",
                vec![tensor.clone(), file.clone(), lane.clone()],
            ),
            Self::NotFloats(tensor) => ("weights.not-floats", vec![tensor.clone()]),
            Self::NoData(tensor) => ("weights.no-data", vec![tensor.clone()]),
            Self::NotFinite(tensor) => ("weights.not-finite", vec![tensor.clone()]),
        };
        Notice { key, values }
    }
}

/// The parameters in a file, in the order of [`flow::network`], with whoever reads JSON here.
///
/// # Errors
/// If it is no such file, or of a network of another shape than `architecture`.
pub fn read(
    file: &[u8],
    architecture: Architecture,
    json: impl Fn(&str) -> Option<Json>,
) -> Result<Vec<f32>, WeightsFault> {
    let (header, data) = split(file, json).ok_or(WeightsFault::NotSafetensors)?;
    check_activation(&header, architecture)?;
    let wanted = tensors(architecture);
    let mut parameters = Vec::with_capacity(architecture.parameter_count());
    for (name, shape) in &wanted {
        parameters.extend(tensor(&header, data, name, shape)?);
    }
    let given = header.keys().filter(|name| *name != "__metadata__").count();
    if given > wanted.len() {
        let wanted = wanted.len();
        return Err(WeightsFault::TooManyTensors { given, wanted });
    }
    Ok(parameters)
}

/// Header and data of a file.
fn split(file: &[u8], json: impl Fn(&str) -> Option<Json>) -> Option<(Map<String, Json>, &[u8])> {
    let (length, rest) = file.split_first_chunk::<LENGTH>()?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
    let (header, data) = rest.split_at_checked(length)?;
    match json(core::str::from_utf8(header).ok()?) {
        Some(Json::Object(header)) => Some((header, data)),
        _ => None,
    }
}

/// A file that names its activation must name the lane's.
fn check_activation(
    header: &Map<String, Json>,
    architecture: Architecture,
) -> Result<(), WeightsFault> {
    let named = header
        .get("__metadata__")
        .and_then(|m| m["activation"].as_str());
    let own = architecture.activation.name();
    match named {
        Some(name) if name != own => Err(WeightsFault::Activation {
            file: name.to_owned(),
            lane: own,
        }),
        _ => Ok(()),
    }
}

fn tensor(
    header: &Map<String, Json>,
    data: &[u8],
    name: &str,
    shape: &[usize],
) -> Result<Vec<f32>, WeightsFault> {
    let name = || name.to_owned();
    let entry = header
        .get(&name())
        .ok_or_else(|| WeightsFault::Missing(name()))?;
    let given: Vec<usize> = lengths(&entry["shape"]);
    if given != shape {
        return Err(WeightsFault::Shape {
            tensor: name(),
            file: list(&given),
            lane: list(shape),
        });
    }
    if entry["dtype"] != FLOAT {
        return Err(WeightsFault::NotFloats(name()));
    }
    let bytes = bytes_of(entry, data).filter(|b| b.len() == 4 * shape.iter().product::<usize>());
    let bytes = bytes.ok_or_else(|| WeightsFault::NoData(name()))?;
    let floats = bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|four| f32::from_le_bytes(*four));
    let values: Vec<f32> = floats.collect();
    if values.iter().any(|x| !x.is_finite()) {
        return Err(WeightsFault::NotFinite(name()));
    }
    Ok(values)
}

fn bytes_of<'a>(entry: &Json, data: &'a [u8]) -> Option<&'a [u8]> {
    match lengths(&entry["data_offsets"])[..] {
        [begin, end] => data.get(begin..end),
        _ => None,
    }
}

/// A list of lengths; none where it holds anything else.
fn lengths(list: &Json) -> Vec<usize> {
    let length = |item: &Json| usize::try_from(item.as_u64()?).ok();
    let lengths = list
        .as_array()
        .map(|list| list.iter().map(length).collect());
    lengths.flatten().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Architecture, Network, WeightsFault, tensors, write};
    use flow::features::Encoding;
    use flow::random::Rng;
    use flow::spec::{Activation, LaneSpec};
    use proptest::prelude::*;
    use safetensors::SafeTensors;
    use safetensors::tensor::{Dtype, TensorView, serialize};

    fn read(file: &[u8], architecture: Architecture) -> Result<Vec<f32>, WeightsFault> {
        super::read(file, architecture, |text| serde_json::from_str(text).ok())
    }

    fn small() -> Network {
        let architecture = Architecture {
            width: 5,
            depth: 2,
            ..Architecture::new(&LaneSpec::default().model, Encoding::PLAIN)
        };
        Network::init(architecture, &mut Rng::new(3))
    }

    #[test]
    fn weights_survive_a_file() {
        let network = small();
        let back = read(&write(&network, 12), network.architecture()).unwrap();
        assert_eq!(back, network.parameters());
    }

    #[test]
    fn the_crate_of_the_format_reads_our_files() {
        let network = small();
        let file = write(&network, 12);
        let read = SafeTensors::deserialize(&file).unwrap();
        assert_eq!(read.len(), 6);
        let first = read.tensor("layer.0.weight").unwrap();
        assert_eq!((first.dtype(), first.shape()), (Dtype::F32, &[3, 5][..]));
        assert_eq!(first.data()[..4], network.parameters()[0].to_le_bytes());
        let (_, header) = SafeTensors::read_metadata(&file).unwrap();
        assert_eq!(header.metadata().as_ref().unwrap()["step"], "12");
    }

    #[test]
    fn we_read_the_files_of_the_crate() {
        let architecture = small().architecture();
        let values: Vec<Vec<u8>> = tensors(architecture)
            .iter()
            .map(|(_, shape)| vec![0u8; 4 * shape.iter().product::<usize>()])
            .collect();
        let views = tensors(architecture)
            .into_iter()
            .zip(&values)
            .map(|((name, shape), bytes)| {
                (name, TensorView::new(Dtype::F32, shape, bytes).unwrap())
            });
        let file = serialize(views, None).unwrap();
        let zeros = vec![0.0; architecture.parameter_count()];
        assert_eq!(read(&file, architecture), Ok(zeros));
    }

    #[test]
    fn another_shape_is_refused_with_its_reason() {
        let file = write(&small(), 0);
        let own = small().architecture();
        let refused = |architecture| read(&file, architecture).unwrap_err();
        let values = |architecture| refused(architecture).notice().values.join(" ");
        let shape = refused(Architecture { width: 6, ..own });
        assert!(matches!(shape, WeightsFault::Shape { file, .. } if file == "[3,5]"));
        assert!(values(Architecture { depth: 3, ..own }).contains("layer.2.weight"));
        assert!(values(Architecture { depth: 1, ..own }).contains("layer.1.weight"));
        let tanh = Architecture {
            activation: Activation::Tanh,
            ..own
        };
        assert!(matches!(
            refused(tanh),
            WeightsFault::Activation { lane: "tanh", .. }
        ));
        assert_eq!(read(b"no file", own), Err(WeightsFault::NotSafetensors));
    }

    #[test]
    fn infinite_weights_are_refused() {
        let mut parameters = small().parameters().to_vec();
        parameters[4] = f32::INFINITY;
        let broken = Network::new(small().architecture(), parameters).unwrap();
        let refused = read(&write(&broken, 0), broken.architecture()).unwrap_err();
        assert_eq!(refused, WeightsFault::NotFinite("layer.0.weight".into()));
    }

    proptest! {
        #[test]
        fn a_broken_file_is_refused_not_fatal(at in 0..400usize, byte: u8, cut in 0..400usize) {
            let mut file = write(&small(), 0);
            let length = file.len();
            let _ = read(&file[..cut.min(length - 1)], small().architecture());
            prop_assert!(read(&file[..length - 1], small().architecture()).is_err());
            file[at % length] = byte;
            let _ = read(&file, small().architecture());
        }
    }
}
