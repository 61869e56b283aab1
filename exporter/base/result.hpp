#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace zke {

/// Why a member could not be read; each is one value of the `reason` label.
enum class Reason {
  kNone,
  kDns,                  ///< its name has no address now
  kRefused,              ///< connection refused
  kNoRoute,              ///< no route to it; its label value is that of kRefused
  kTimeout,              ///< no whole answer before the deadline
  kNoConnection,         ///< not even a connection; its label value is that of kTimeout
  kTls,                  ///< the handshake failed
  kClosedWithoutAnswer,  ///< accepted, then closed without a byte
  kTruncated,            ///< the answer ended too early
  kTooLarge,             ///< the answer passed the byte cap
  kMalformed,            ///< what answered does not speak like ZooKeeper
  kCommandRefused,       ///< a command is not in the server's whitelist
  kLocalError,           ///< the exporter's own failure: out of file descriptors, say
};

constexpr auto kReasons = std::to_array<Reason>(
    {Reason::kNone, Reason::kDns, Reason::kRefused, Reason::kTimeout, Reason::kTls,
     Reason::kClosedWithoutAnswer, Reason::kTruncated, Reason::kTooLarge, Reason::kMalformed,
     Reason::kCommandRefused, Reason::kLocalError});

/// The label value: "closed_without_answer".
std::string_view to_string(Reason reason);

/// A failure that the caller is expected to handle. It has a constructor on
/// purpose: g++ 12 destroys aggregate temporaries in `co_await` twice.
class Error {
 public:
  Error(Reason reason, std::string detail) : reason_(reason), detail_(std::move(detail)) {}

  Reason reason() const { return reason_; }
  const std::string& detail() const { return detail_; }

 private:
  Reason reason_;
  std::string detail_;
};

/// A value or an Error; the part of C++23 `std::expected` that we use.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() { return std::get<0>(state_); }
  const T& operator*() const { return std::get<0>(state_); }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const { return std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace zke
