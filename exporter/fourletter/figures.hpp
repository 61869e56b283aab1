#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace zke {

/// What stands behind a key.
enum class Holds : std::uint8_t {
  kNumber,
  kText,    ///< told elsewhere, as the server's version is
  kNothing  ///< no number, or one that can't be true
};

/// The keys that a server sends, in its order, and what each holds. Never changed once made: a
/// server sends the same ones from poll to poll, and so do servers of one version and role, so that
/// one Shape serves many samples.
class Shape {
 public:
  std::size_t size() const { return ends_.size(); }

  /// In the server's spelling; it may hold a user's znode name, with any character but a line end.
  std::string_view key(std::size_t i) const {
    const auto begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

  Holds holds(std::size_t i) const { return holds_[i]; }

  bool operator==(const Shape&) const = default;

  std::size_t hash() const;

 private:
  friend class FigureList;
  friend class Shapes;

  std::string text_;                 ///< all keys, one after the other
  std::vector<std::uint32_t> ends_;  ///< of each key in text_
  std::vector<Holds> holds_;
};

using ShapePtr = std::shared_ptr<const Shape>;

/// What a poll brought of a server's own figures, whatever protocol it came by.
struct Figures {
  ShapePtr shape;              ///< never empty
  std::vector<double> values;  ///< of each key; NaN where it holds no number
  int unparsed = 0;            ///< what came besides without a key or a value
};

/// The shapes that samples have now, so that equal ones are one. Keeps none alive; knows a bounded
/// number, and a shape beyond, or of very long keys, is not shared.
class Shapes {
 public:
  /// The one that is equal to `shape`, or `shape` itself.
  ShapePtr share(Shape shape);

  std::size_t size() const { return known_.size(); }

 private:
  void forget_unused();

  std::unordered_multimap<std::size_t, std::weak_ptr<const Shape>> known_;  ///< by hash
  std::size_t many_ = 64;  ///< at so many it looks for those that nobody has any more
};

/// Takes a poll's keys and numbers one by one. As long as they are those of the expected shape,
/// numbers are all that it keeps.
class FigureList {
 public:
  /// `expected` is the shape of the member's last poll, or nullptr.
  explicit FigureList(ShapePtr expected);

  void add(std::string_view key, double number) { add(key, Holds::kNumber, number); }

  /// A key that holds no number.
  void add(std::string_view key, Holds holds);

  /// All of them; nothing may be added after that.
  Figures take(Shapes& shapes);

 private:
  void add(std::string_view key, Holds holds, double value) {
    const auto place = values_.size();
    values_.push_back(value);
    const bool is_expected = expected_ && place < expected_->size() &&
                             expected_->key(place) == key && expected_->holds(place) == holds;
    if (!is_expected) {
      add_unexpected(key, holds);
    }
  }
  void add_unexpected(std::string_view key, Holds holds);
  void leave_expected(std::size_t size);

  ShapePtr expected_;  ///< while all keys were those; then nullptr
  Shape own_;          ///< what came instead
  std::vector<double> values_;
};

}  // namespace zke
