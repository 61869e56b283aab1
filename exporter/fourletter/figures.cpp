#include "fourletter/figures.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <utility>

namespace zke {

namespace {

constexpr std::size_t kMaxShapes = 10'000;
constexpr std::size_t kMaxText = 512 << 10U;  // beyond, a comparison would not pay
constexpr std::size_t kUsualKeys = 600;

}  // namespace

std::size_t Shape::hash() const { return std::hash<std::string_view>()(text_) ^ ends_.size(); }

ShapePtr Shapes::share(Shape shape) {
  if (shape.text_.size() > kMaxText) {
    return std::make_shared<const Shape>(std::move(shape));
  }
  const auto hash = shape.hash();
  const auto [begin, end] = known_.equal_range(hash);
  for (auto known = begin; known != end; ++known) {
    if (auto same = known->second.lock(); same && *same == shape) {
      return same;
    }
  }
  auto shared = std::make_shared<const Shape>(std::move(shape));
  forget_unused();
  if (known_.size() < kMaxShapes) {
    known_.emplace(hash, shared);
  }
  return shared;
}

void Shapes::forget_unused() {
  if (known_.size() >= many_) {
    std::erase_if(known_, [](const auto& known) { return known.second.expired(); });
    many_ = std::clamp(2 * known_.size(), std::size_t{64}, kMaxShapes);
  }
}

FigureList::FigureList(ShapePtr expected) : expected_(std::move(expected)) {
  values_.reserve(expected_ ? expected_->size() : kUsualKeys);
}

void FigureList::add(std::string_view key, Holds holds) {
  add(key, holds, std::numeric_limits<double>::quiet_NaN());
}

void FigureList::add_unexpected(std::string_view key, Holds holds) {
  if (expected_) {
    leave_expected(values_.size() - 1);
  }
  own_.text_ += key;
  own_.ends_.push_back(static_cast<std::uint32_t>(own_.text_.size()));
  own_.holds_.push_back(holds);
}

/// Goes on with a shape of its own, of which the first `size` keys are known.
void FigureList::leave_expected(std::size_t size) {
  const auto from = std::exchange(expected_, nullptr);
  const auto count = static_cast<std::ptrdiff_t>(size);
  own_.text_ = from->text_.substr(0, size == 0 ? 0 : from->ends_[size - 1]);
  own_.ends_.assign(from->ends_.begin(), from->ends_.begin() + count);
  own_.holds_.assign(from->holds_.begin(), from->holds_.begin() + count);
}

Figures FigureList::take(Shapes& shapes) {
  if (expected_ && values_.size() != expected_->size()) {
    leave_expected(values_.size());
  }
  values_.shrink_to_fit();
  Figures figures;
  figures.values = std::move(values_);
  if (expected_) {
    figures.shape = std::move(expected_);
    return figures;
  }
  own_.text_.shrink_to_fit();
  own_.ends_.shrink_to_fit();
  own_.holds_.shrink_to_fit();
  figures.shape = shapes.share(std::move(own_));
  return figures;
}

}  // namespace zke
