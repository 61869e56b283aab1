#include "adminserver/hash.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "adminserver/json.hpp"
#include "base/text.hpp"

namespace zke {

namespace {

/// Puts together what the objects of the list say.
class Reader {
 public:
  void take(const JsonValue& value) {
    if (value.keys.size() != 2 || value.keys[0] != "digests" || value.is_in_list) {
      return;
    }
    if (value.object != object_) {
      finish_object();
      object_ = value.object;
    }
    if (value.keys[1] == "zxid") {
      zxid_ = parse_int(value.text);
    } else if (value.keys[1] == "digest") {
      digest_ = parse_int(value.text);
    }
  }

  Digests finish() && {
    finish_object();
    tidy(digests_);
    return std::move(digests_);
  }

 private:
  void finish_object() {
    if (zxid_ && digest_) {
      digests_.log.push_back({static_cast<std::uint64_t>(*zxid_), *digest_});
    } else if (object_) {
      ++digests_.unparsed_lines;
    }
    zxid_.reset();
    digest_.reset();
  }

  Digests digests_;
  std::optional<std::size_t> object_;  ///< that is being read
  std::optional<std::int64_t> zxid_;   ///< … negative from epoch 2^31 on
  std::optional<std::int64_t> digest_;
};

}  // namespace

Digests parse_digests(std::string_view json) {
  Reader reader;
  if (read_json(json, [&reader](const JsonValue& value) { reader.take(value); })) {
    return {};
  }
  return std::move(reader).finish();
}

}  // namespace zke
