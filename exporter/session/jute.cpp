#include "session/jute.hpp"

#include <algorithm>

namespace zke {

namespace {

template <class Number>
void append(std::string& bytes, Number value) {
  for (int shift = 8 * static_cast<int>(sizeof(value)) - 8; shift >= 0; shift -= 8) {
    bytes += static_cast<char>((value >> shift) & 0xff);
  }
}

template <class Number>
Number number_of(std::string_view bytes) {
  Number value = 0;
  for (const char byte : bytes) {
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(byte));
  }
  return value;
}

}  // namespace

JuteWriter& JuteWriter::add_bool(bool value) {
  bytes_ += value ? '\1' : '\0';
  return *this;
}

JuteWriter& JuteWriter::add_int(std::int32_t value) {
  append(bytes_, static_cast<std::uint32_t>(value));
  return *this;
}

JuteWriter& JuteWriter::add_long(std::int64_t value) {
  append(bytes_, static_cast<std::uint64_t>(value));
  return *this;
}

JuteWriter& JuteWriter::add_text(std::string_view text) {
  add_int(static_cast<std::int32_t>(text.size()));
  bytes_ += text;
  return *this;
}

JuteWriter& JuteWriter::add_record(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

std::string JuteWriter::frame() const {
  std::string frame;
  append(frame, static_cast<std::uint32_t>(bytes_.size()));
  return frame + bytes_;
}

std::string_view JuteReader::take(std::size_t size) {
  if (!is_good_ || size > rest_.size()) {
    is_good_ = false;
    return {};
  }
  const auto bytes = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return bytes;
}

bool JuteReader::read_bool() { return number_of<std::uint8_t>(take(1)) != 0; }

std::int32_t JuteReader::read_int() {
  return static_cast<std::int32_t>(number_of<std::uint32_t>(take(sizeof(std::uint32_t))));
}

std::int64_t JuteReader::read_long() {
  return static_cast<std::int64_t>(number_of<std::uint64_t>(take(sizeof(std::uint64_t))));
}

std::string JuteReader::read_text() {
  const auto size = read_int();
  return size < 0 ? std::string() : std::string(take(static_cast<std::size_t>(size)));
}

std::vector<std::string> JuteReader::read_texts() {
  std::vector<std::string> texts;
  for (auto left = read_int(); left > 0 && is_good_; --left) {
    texts.push_back(read_text());
  }
  return texts;
}

}  // namespace zke
