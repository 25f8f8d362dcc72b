//! Weights as a safetensors file: `layer.{i}.weight` of shape `[d_in, d_out]` (the output is
//! `h W + b`) and `layer.{i}.bias` of shape `[d_out]`, from the input on, 32-bit floats; the
//! architecture is in the metadata.

use crate::flow::network::{Architecture, Network};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};

fn names(layer: usize) -> [String; 2] {
    ["weight", "bias"].map(|part| format!("layer.{layer}.{part}"))
}

/// The file of a network.
///
/// # Errors
/// What the writer of the format says; it has no reason to.
pub fn write(network: &Network, step: u32) -> Result<Vec<u8>, String> {
    let mut tensors = Vec::new();
    let mut rest: &[f32] = network.parameters();
    for (layer, (d_in, d_out)) in network.architecture().layers().enumerate() {
        let (weight, after) = rest.split_at(d_in * d_out);
        let (bias, after) = after.split_at(d_out);
        rest = after;
        let [weight_name, bias_name] = names(layer);
        tensors.push((weight_name, view(vec![d_in, d_out], weight)?));
        tensors.push((bias_name, view(vec![d_out], bias)?));
    }
    serialize(tensors, Some(metadata(network.architecture(), step)))
        .map_err(|error| error.to_string())
}

fn view(shape: Vec<usize>, values: &[f32]) -> Result<TensorView<'_>, String> {
    // Every machine that runs this is little-endian, as the format asks.
    TensorView::new(Dtype::F32, shape, bytemuck::cast_slice(values))
        .map_err(|error| error.to_string())
}

/// The crate's map is not that of `std`, so it is left to be inferred.
fn metadata<M: FromIterator<(String, String)>>(architecture: Architecture, step: u32) -> M {
    let entries = [
        ("format", "flowlab".to_owned()),
        ("inputs", architecture.inputs.to_string()),
        ("width", architecture.width.to_string()),
        ("depth", architecture.depth.to_string()),
        ("outputs", architecture.outputs.to_string()),
        ("activation", architecture.activation.name().to_owned()),
        ("step", step.to_string()),
    ];
    entries
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The parameters in a file, in the order of [`crate::flow::network`].
///
/// # Errors
/// A sentence, if it is no such file, or of a network of another shape than `architecture`.
pub fn read(bytes: &[u8], architecture: Architecture) -> Result<Vec<f32>, String> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| format!("This is no safetensors file ({error})."))?;
    check_activation(bytes, architecture)?;
    let mut parameters = Vec::with_capacity(architecture.parameter_count());
    for (layer, (d_in, d_out)) in architecture.layers().enumerate() {
        let [weight, bias] = names(layer);
        parameters.extend(tensor(&file, &weight, &[d_in, d_out])?);
        parameters.extend(tensor(&file, &bias, &[d_out])?);
    }
    let known = 2 * architecture.layers().count();
    if file.len() > known {
        return Err(format!(
            "The file has {} tensors, but the lane's network has {known}: it is deeper than the lane's.",
            file.len()
        ));
    }
    Ok(parameters)
}

/// A file that names its activation must name the lane's.
fn check_activation(bytes: &[u8], architecture: Architecture) -> Result<(), String> {
    let metadata = SafeTensors::read_metadata(bytes).map(|(_, metadata)| metadata);
    let named = metadata
        .ok()
        .and_then(|m| m.metadata().as_ref()?.get("activation").cloned());
    let own = architecture.activation.name();
    match named {
        Some(name) if name != own => Err(format!(
            "The file's network has the activation {name}, the lane's has {own}."
        )),
        _ => Ok(()),
    }
}

fn tensor(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let tensor = file
        .tensor(name)
        .map_err(|_| format!("The file has no tensor `{name}`, which the lane's network has."))?;
    if tensor.shape() != shape {
        return Err(format!(
            "`{name}` has the shape {:?} in the file, but {shape:?} in the lane's network.",
            tensor.shape()
        ));
    }
    if tensor.dtype() != Dtype::F32 {
        return Err(format!("`{name}` is not of 32-bit floats."));
    }
    let values: Vec<f32> = bytemuck::allocation::pod_collect_to_vec(tensor.data());
    if values.iter().any(|x| !x.is_finite()) {
        return Err(format!("`{name}` holds a number that is not finite."));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::random::Rng;
    use crate::flow::spec::{Activation, LaneSpec};
    use proptest::prelude::*;

    fn small() -> Network {
        let architecture = Architecture {
            width: 5,
            depth: 2,
            ..Architecture::new(&LaneSpec::default().model)
        };
        Network::init(architecture, &mut Rng::new(3))
    }

    #[test]
    fn weights_survive_a_file() {
        let network = small();
        let file = write(&network, 12).unwrap();
        let back = read(&file, network.architecture()).unwrap();
        assert_eq!(back, network.parameters());
    }

    #[test]
    fn the_file_is_laid_out_as_the_format_says() {
        // The oracle is the format: eight bytes of length, a JSON header, then the data.
        let network = small();
        let file = write(&network, 12).unwrap();
        let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
        let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
        assert_eq!(header["__metadata__"]["width"], "5");
        assert_eq!(header["layer.1.weight"]["shape"], serde_json::json!([5, 5]));
        let begin = header["layer.0.weight"]["data_offsets"][0]
            .as_u64()
            .unwrap() as usize;
        let first = &file[8 + length + begin..][..4];
        assert_eq!(first, network.parameters()[0].to_le_bytes());
    }

    #[test]
    fn another_shape_is_refused_with_its_reason() {
        let file = write(&small(), 0).unwrap();
        let own = small().architecture();
        let refused = |architecture| read(&file, architecture).unwrap_err();
        assert!(refused(Architecture { width: 6, ..own }).contains("[3, 5]"));
        assert!(refused(Architecture { depth: 3, ..own }).contains("layer.2.weight"));
        assert!(refused(Architecture { depth: 1, ..own }).contains("layer.1.weight"));
        let tanh = Architecture {
            activation: Activation::Tanh,
            ..own
        };
        assert!(refused(tanh).contains("tanh"));
        assert!(read(b"no file", own).is_err());
    }

    #[test]
    fn infinite_weights_are_refused() {
        let mut parameters = small().parameters().to_vec();
        parameters[4] = f32::INFINITY;
        let broken = Network::new(small().architecture(), parameters).unwrap();
        let file = write(&broken, 0).unwrap();
        assert!(
            read(&file, broken.architecture())
                .unwrap_err()
                .contains("layer.0.weight")
        );
    }

    proptest! {
        #[test]
        fn a_broken_file_is_refused_not_fatal(at in 0..400usize, byte: u8, cut in 0..400usize) {
            let mut file = write(&small(), 0).unwrap();
            let length = file.len();
            file[at % length] = byte;
            let _ = read(&file, small().architecture());
            prop_assert!(read(&file[..cut.min(length - 1)], small().architecture()).is_err());
        }
    }
}
