#include "adminserver/json.hpp"

#include <cstddef>
#include <limits>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

namespace zke {

namespace {

namespace json = boost::json;
using json::error_code;
using View = json::string_view;

/// What the parser of Boost calls while it reads. The names are the parser's.
class Handler {
 public:
  static const std::size_t max_array_size = std::numeric_limits<std::size_t>::max();
  static const std::size_t max_object_size = max_array_size;
  static const std::size_t max_string_size = max_array_size;
  static const std::size_t max_key_size = max_array_size;

  explicit Handler(const std::function<void(const JsonValue&)>& take) : take_(take) {}

  static bool on_document_begin(error_code& /*ec*/) { return true; }
  static bool on_document_end(error_code& /*ec*/) { return true; }
  bool on_object_begin(error_code& /*ec*/) {
    keys_.emplace_back();
    objects_.push_back({++object_count_, 0});
    return true;
  }
  bool on_object_end(std::size_t /*n*/, error_code& /*ec*/) {
    keys_.pop_back();
    objects_.pop_back();
    return true;
  }
  bool on_array_begin(error_code& /*ec*/) {
    if (!objects_.empty()) {
      ++objects_.back().open_lists;
    }
    return true;
  }
  bool on_array_end(std::size_t /*n*/, error_code& /*ec*/) {
    if (!objects_.empty()) {
      --objects_.back().open_lists;
    }
    return true;
  }
  bool on_key_part(View part, std::size_t /*n*/, error_code& /*ec*/) { return add(part); }
  bool on_key(View rest, std::size_t /*n*/, error_code& /*ec*/) {
    add(rest);
    keys_.back().swap(text_);
    text_.clear();
    return true;
  }
  bool on_string_part(View part, std::size_t /*n*/, error_code& /*ec*/) { return add(part); }
  bool on_string(View rest, std::size_t /*n*/, error_code& /*ec*/) {
    return end(rest, JsonValue::Kind::kText);
  }
  bool on_number_part(View part, error_code& /*ec*/) { return add(part); }
  bool on_int64(std::int64_t /*value*/, View rest, error_code& /*ec*/) {
    return end(rest, JsonValue::Kind::kNumber);
  }
  bool on_uint64(std::uint64_t /*value*/, View rest, error_code& /*ec*/) {
    return end(rest, JsonValue::Kind::kNumber);
  }
  bool on_double(double /*value*/, View rest, error_code& /*ec*/) {
    return end(rest, JsonValue::Kind::kNumber);
  }
  bool on_bool(bool value, error_code& /*ec*/) {
    return end(value ? "true" : "false", JsonValue::Kind::kWord);
  }
  bool on_null(error_code& /*ec*/) { return end("null", JsonValue::Kind::kWord); }
  static bool on_comment_part(View /*part*/, error_code& /*ec*/) { return true; }
  static bool on_comment(View /*rest*/, error_code& /*ec*/) { return true; }

 private:
  bool add(View part) {
    text_.append(part.data(), part.size());
    return true;
  }

  bool end(View rest, JsonValue::Kind kind) {
    add(rest);
    const auto object = objects_.empty() ? Object() : objects_.back();
    take_(JsonValue{kind, text_, keys_, object.open_lists > 0, object.number});
    text_.clear();
    return true;
  }

  const std::function<void(const JsonValue&)>& take_;
  struct Object {
    std::size_t number = 0;      ///< by its beginning
    std::size_t open_lists = 0;  ///< in it
  };

  std::vector<std::string> keys_;  ///< of the open objects
  std::vector<Object> objects_;    ///< … and themselves
  std::size_t object_count_ = 0;
  std::string text_;  ///< of what is being read
};

}  // namespace

std::optional<Error> read_json(std::string_view document,
                               const std::function<void(const JsonValue&)>& take) {
  json::parse_options options;
  options.max_depth = 16;
  options.allow_invalid_utf8 = true;
  json::basic_parser<Handler> parser(options, take);
  error_code ec;
  // As if more could follow: so a number that ends with the text is no mistake of its own.
  const auto used = parser.write_some(true, document.data(), document.size(), ec);
  if (ec) {
    return Error(Reason::kMalformed, "no JSON: " + ec.message());
  }
  if (!parser.done()) {
    return Error(Reason::kTruncated,
                 "the JSON was cut short after " + std::to_string(document.size()) + " bytes");
  }
  if (used < document.size()) {
    return Error(Reason::kMalformed, "there is something behind the JSON");
  }
  return std::nullopt;
}

}  // namespace zke
