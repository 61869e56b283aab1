#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "fourletter/command.hpp"

namespace zke {

/// One value for each command.
template <class Value>
class PerCommand {
 public:
  Value& operator[](Command command) { return values_.at(static_cast<std::size_t>(command)); }
  const Value& operator[](Command command) const {
    return values_.at(static_cast<std::size_t>(command));
  }

  void fill(const Value& value) { values_.fill(value); }

  bool operator==(const PerCommand&) const = default;

 private:
  std::array<Value, kCommands.size()> values_{};
};

/// A set of commands; a loop over it meets them in the order of a poll.
class Commands {
 public:
  Commands() = default;
  Commands(std::initializer_list<Command> commands) {
    for (const auto command : commands) {
      insert(command);
    }
  }

  bool contains(Command command) const { return is_in_[command]; }
  void insert(Command command) { is_in_[command] = true; }
  void set(Command command, bool is_in) { is_in_[command] = is_in; }

  bool operator==(const Commands&) const = default;

  class Iterator {
   public:
    Iterator(const Commands& set, std::size_t at) : set_(set), at_(at) { skip_missing(); }

    Command operator*() const { return kCommands.at(at_); }
    Iterator& operator++() {
      ++at_;
      skip_missing();
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void skip_missing() {
      while (at_ < kCommands.size() && !set_.contains(kCommands.at(at_))) {
        ++at_;
      }
    }

    const Commands& set_;
    std::size_t at_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, kCommands.size()}; }

 private:
  PerCommand<bool> is_in_;
};

}  // namespace zke
