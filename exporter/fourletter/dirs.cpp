#include "fourletter/dirs.hpp"

#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

constexpr std::string_view kData = "datadir_size";
constexpr std::string_view kLog = "logdir_size";

}  // namespace

Dirs parse_dirs(std::string_view reply) {
  Dirs dirs;
  while (!reply.empty()) {
    auto value = take_line(reply);
    const auto key = take_until(value, ':');
    const auto size = parse_count(trim(value), kMaxCount);
    if (key == kData) {
      dirs.data_size = size;
    } else if (key == kLog) {
      dirs.log_size = size;
    }
    dirs.unparsed_lines += size && (key == kData || key == kLog) ? 0 : 1;
  }
  return dirs;
}

bool is_dirs(std::string_view reply) {
  return reply.starts_with(kData) || kData.starts_with(reply);
}

bool is_whole_dirs(std::string_view reply) {
  return reply.ends_with('\n') && reply.find("\nlogdir_size: ") != std::string_view::npos;
}

}  // namespace zke
