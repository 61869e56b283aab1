#include "adminserver/configuration.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "adminserver/json.hpp"
#include "base/text.hpp"
#include "fourletter/limits.hpp"

namespace zke {

namespace {

struct Key {
  std::string_view json;
  std::string_view conf;
};

constexpr auto kKeys = std::to_array<Key>({
    {"client_port", "clientPort"},
    {"data_dir", "dataDir"},
    {"datadir_size", "dataDirSize"},
    {"data_log_dir", "dataLogDir"},
    {"logdir_size", "dataLogSize"},
    {"tick_time", "tickTime"},
    {"max_client_cnxns", "maxClientCnxns"},
    {"min_session_timeout", "minSessionTimeout"},
    {"max_session_timeout", "maxSessionTimeout"},
    {"client_port_listen_backlog", "clientPortListenBacklog"},
    {"server_id", "serverId"},
});

/// A server of `voting_view`, its addresses as a line of a membership has them.
struct Voter {
  std::string addresses;  ///< `10.0.0.1:2888|10.0.1.1:2888`
  std::string client;
  std::string role;
};

/// The text of `conf` that says the same, so that one parser decides what is believed.
class ConfText {
 public:
  void take(const JsonValue& value) {
    if (value.keys.size() == 1) {
      take_key(value);
    } else if (value.keys.size() == 3 && value.keys[0] == "current_config") {
      take_voter(value);
    }
  }

  std::string finish() && {
    for (const auto& [id, voter] : voters_) {
      text_ += "server." + id + "=" + voter.addresses + ":" + voter.role +
               (voter.client.empty() ? "" : ";" + voter.client) + "\n";
    }
    if (has_voters() && !server_id_.empty()) {
      text_ += voters_.contains(server_id_) ? "peerType=0\n" : "peerType=1\n";
    }
    return std::move(text_);
  }

  bool has_voters() const { return !voters_.empty(); }

 private:
  void take_key(const JsonValue& value) {
    const auto* const key = std::ranges::find(kKeys, value.keys.front(), &Key::json);
    if (key == kKeys.end() || value.is_in_list) {
      return;
    }
    text_ += std::string(key->conf) + "=" + printable(value.text, kMaxText) + "\n";
    if (key->conf == "serverId") {
      server_id_ = value.text;
    }
  }

  void take_voter(const JsonValue& value) {
    if (voters_.size() > kMaxServers) {
      return;  // too many to be believed anyway
    }
    const auto& id = value.keys[1];
    auto& voter = voters_[is_digits(id) ? id : "no id"];
    const auto text = printable(value.text, kMaxText);
    if (value.keys[2] == "server_addresses" && voter.addresses.size() < kMaxText) {
      voter.addresses += (voter.addresses.empty() ? "" : "|") + text;
    } else if (value.keys[2] == "client_address") {
      voter.client = text;
    } else if (value.keys[2] == "learner_type") {
      voter.role = text;
    }
  }

  static constexpr std::size_t kMaxText = 1000;  // above what a server can mean

  std::string text_;
  std::string server_id_;
  std::map<std::string, Voter, std::less<>> voters_;  ///< by id
};

}  // namespace

Conf parse_configuration(std::string_view json) {
  ConfText text;
  if (read_json(json, [&text](const JsonValue& value) { text.take(value); })) {
    return {};
  }
  const bool has_voters = text.has_voters();
  auto conf = parse_conf(std::move(text).finish());
  conf.is_voters_only = has_voters;
  return conf;
}

std::optional<std::int64_t> parse_last_snapshot(std::string_view json) {
  constexpr std::int64_t kMaxTime = 253'402'300'799;  // the end of the year 9999
  std::optional<std::int64_t> time;
  const auto mistake = read_json(json, [&time](const JsonValue& value) {
    if (value.is("timestamp")) {
      time = parse_count(value.text, kMaxTime, 1);
    }
  });
  return mistake ? std::nullopt : time;
}

}  // namespace zke
