//! Writes the first inputs of every fuzz target and its dictionary into a folder,
//! made of the recordings in another: `seeds FIXTURES FOLDER`.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use host_test_fuzz::seeds::Seeds;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [fixtures, folder] = &arguments[..] else { return Err("usage: seeds FIXTURES FOLDER".into()) };
    let (seeds, folder) = (Seeds::of(Path::new(fixtures))?, Path::new(folder));
    for (target, inputs) in seeds.inputs {
        let corpus = folder.join("corpus").join(target);
        fs::create_dir_all(&corpus)?;
        for (name, input) in inputs {
            fs::write(corpus.join(name), input)?;
        }
    }
    fs::write(folder.join("dictionary"), seeds.dictionary)?;
    Ok(())
}
