// mistakes: 2
use resilient_runtime::Classify;

#[derive(Classify)]
enum ScoutError {
    #[class(delegate)]
    Json(Box<JsonError>),
    Wrapped {
        #[class(delegate)]
        source: JsonError,
        page: u32,
    },
}

struct JsonError;

fn main() {}
