#include "config/file.hpp"

#include "base/file.hpp"
#include "config/settings.hpp"

namespace zke {

namespace {

constexpr std::size_t kMaxSize = 1U << 20U;

/// What to do about a file that can't be read.
std::string remedy_of(Reason reason) {
  switch (reason) {
    case Reason::kTooLarge:
      return ", so it is no configuration; check --config.file";
    case Reason::kLocalError:
      return "; check --config.file and the file's permissions";
    default:
      return "; check --config.file";
  }
}

}  // namespace

std::string read_config_file(const std::string& path) {
  auto file = read_file(path, kMaxSize);
  if (!file) {
    throw ConfigError(shown_path(path) + ": " + file.error().detail() +
                      remedy_of(file.error().reason()));
  }
  return std::move(file->text);
}

}  // namespace zke
