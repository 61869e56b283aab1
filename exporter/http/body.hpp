#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace zke {

/// A body that any number of responses share. It is packed once, when the first of them asks.
class Body {
 public:
  explicit Body(std::string text) : text_(std::move(text)) {}

  std::string_view text() const { return text_; }

  /// As gzip; nothing when it is too short or too long to be worth it.
  std::optional<std::string_view> packed();
  bool is_packable() const;

  /// The bytes that it holds.
  std::size_t size() const { return text_.size() + packed_.size(); }

 private:
  std::string text_;
  std::string packed_;
};

}  // namespace zke
