#include "fourletter/figures.hpp"

#include <cmath>
#include <initializer_list>

#include <catch2/catch.hpp>

using namespace zke;

namespace {

/// The figures of one poll in which each key says its place.
Figures poll(Shapes& shapes, const ShapePtr& expected, std::initializer_list<const char*> keys) {
  FigureList list(expected);
  double place = 0;
  for (const auto* key : keys) {
    list.add(key, place++);
  }
  return list.take(shapes);
}

std::vector<std::string> keys_of(const Shape& shape) {
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    keys.emplace_back(shape.key(i));
  }
  return keys;
}

}  // namespace

TEST_CASE("the shape of the last poll serves the next one with the same keys", "[fourletter]") {
  Shapes shapes;
  const auto first = poll(shapes, nullptr, {"a", "bc", "d"});
  const auto second = poll(shapes, first.shape, {"a", "bc", "d"});

  CHECK(second.shape == first.shape);
  CHECK(second.values == std::vector<double>{0, 1, 2});
  CHECK(keys_of(*first.shape) == std::vector<std::string>{"a", "bc", "d"});
}

TEST_CASE("members with the same keys share one shape", "[fourletter]") {
  Shapes shapes;
  const auto one = poll(shapes, nullptr, {"a", "b"});
  const auto other = poll(shapes, nullptr, {"a", "b"});

  CHECK(one.shape == other.shape);
  CHECK(shapes.size() == 1);
}

TEST_CASE("another key, order, count or kind is another shape", "[fourletter]") {
  Shapes shapes;
  const auto first = poll(shapes, nullptr, {"a", "b", "c"});
  for (const auto& keys : {std::initializer_list<const char*>{"a", "x", "c"},
                           {"a", "c", "b"},
                           {"a", "b"},
                           {"a", "b", "c", "d"},
                           {"ab", "", "c"},
                           {"a", "bc", ""},
                           {}}) {
    const auto changed = poll(shapes, first.shape, keys);
    CAPTURE(keys_of(*changed.shape));
    CHECK(changed.shape != first.shape);
    CHECK(*changed.shape == *poll(shapes, nullptr, keys).shape);
    CHECK(keys_of(*changed.shape) == std::vector<std::string>(keys.begin(), keys.end()));
    CHECK(changed.values.size() == keys.size());
    CHECK(poll(shapes, changed.shape, {"a", "b", "c"}).shape == first.shape);
  }
  FigureList list(first.shape);
  list.add("a", 0);
  list.add("b", Holds::kNothing);
  list.add("c", 2);
  const auto changed = list.take(shapes);
  CHECK(changed.shape != first.shape);
  CHECK(changed.shape->holds(1) == Holds::kNothing);
  CHECK(std::isnan(changed.values[1]));
}

TEST_CASE("a server that changes its keys in every poll leaves nothing", "[fourletter]") {
  Shapes shapes;
  const auto kept = poll(shapes, nullptr, {"kept"});
  Figures last;
  for (int i = 0; i < 10'000; ++i) {
    FigureList list(last.shape);
    list.add("key" + std::to_string(i), 1);
    last = list.take(shapes);
  }

  CHECK(shapes.size() <= 64);
  CHECK(poll(shapes, nullptr, {"kept"}).shape == kept.shape);
}
