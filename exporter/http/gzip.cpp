#include "http/gzip.hpp"

#include <zlib.h>

#include "base/text.hpp"

namespace zke {

bool accepts_gzip(std::string_view accept_encoding) {
  for (auto weight : split(accept_encoding, ',')) {
    const auto coding = trim(take_until(weight, ';'));
    if (coding == "gzip" || coding == "*") {
      const auto q = trim(weight);
      const auto value = parse_double(q.starts_with("q=") ? q.substr(2) : "1");
      return value && *value > 0;
    }
  }
  return false;
}

std::optional<std::string> gzip(std::string_view body) {
  constexpr int kFast = 1;  // 2 ms for 945 kB; level 6 takes 5 ms to save 12 kB of 74
  constexpr int kGzipWindow = 15 + 16;
  constexpr int kDefaultMemory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, kFast, Z_DEFLATED, kGzipWindow, kDefaultMemory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  std::string in(body);
  std::string out(deflateBound(&stream, in.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool is_done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return is_done ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace zke
