#include "http/body.hpp"

#include "http/gzip.hpp"

namespace zke {

bool Body::is_packable() const {
  constexpr std::size_t kLeast = 1 << 10;
  constexpr std::size_t kMost = 4 << 20;  // a larger one would hold up the loop
  return text_.size() >= kLeast && text_.size() <= kMost;
}

std::optional<std::string_view> Body::packed() {
  if (packed_.empty() && is_packable()) {
    packed_ = gzip(text_).value_or(std::string());
    packed_.shrink_to_fit();
  }
  return packed_.empty() ? std::nullopt : std::optional<std::string_view>(packed_);
}

}  // namespace zke
