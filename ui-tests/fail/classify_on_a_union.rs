use resilient_runtime::Classify;

#[derive(Classify)]
union ScoutError {
    code: u32,
    #[class(delegate)]
    bits: f32,
}

fn main() {}
