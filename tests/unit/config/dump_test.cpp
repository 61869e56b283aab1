#include "config/dump.hpp"

#include <catch2/catch.hpp>

#include "config/ensembles.hpp"
#include "config/flags.hpp"
#include "config/table.hpp"
#include "config/yaml.hpp"
#include "support/hostile.hpp"

using namespace zke;
using test::Dice;

namespace {

Settings read_back(const Settings& settings) {
  return read_config_text("dump", to_yaml(settings)).settings;
}

/// Any name that an ensemble may have.
std::string roll_name(Dice& dice) {
  constexpr auto kPieces = std::to_array<std::string_view>({"yes",
                                                            "no",
                                                            "~",
                                                            "null",
                                                            "0x10",
                                                            "1_000",
                                                            "1e3",
                                                            "12:30:00",
                                                            "2026-11-27",
                                                            "-",
                                                            "- ",
                                                            "?",
                                                            ": ",
                                                            ":",
                                                            "#",
                                                            " #",
                                                            "\"",
                                                            "'",
                                                            "\\",
                                                            "\\n",
                                                            "&a",
                                                            "*a",
                                                            "!!int",
                                                            "|",
                                                            ">",
                                                            "%",
                                                            "@",
                                                            "`",
                                                            "{",
                                                            "}",
                                                            "[",
                                                            "]",
                                                            ",",
                                                            "a",
                                                            "orders",
                                                            " ",
                                                            "<<",
                                                            "=",
                                                            "---",
                                                            "...",
                                                            "caf\xC3\xA9",
                                                            "\xC2\xA0",
                                                            "\xE2\x82\xAC",
                                                            "\xEF\xBF\xBD",
                                                            "\xEF\xBF\xBE",
                                                            "\xF0\x9F\x90\x98",
                                                            "\xF4\x8F\xBF\xBD",
                                                            "\xE6\x97\xA5",
                                                            "true",
                                                            "\xCC\x81"});
  for (;;) {
    std::string name;
    for (auto pieces = 1 + dice.roll(4); pieces > 0; --pieces) {
      name += kPieces.at(dice.roll(kPieces.size()));
    }
    if (find_name_mistake(name).empty()) {
      return name;
    }
  }
}

Address roll_member(Dice& dice) {
  constexpr auto kHosts =
      std::to_array<std::string_view>({"zk", "10.0.0.", "2001:db8::", "e", "_", "null.", "no.zk"});
  const auto kind = dice.roll(kHosts.size());
  const auto number = std::to_string(dice.roll(200));
  Address member{std::string(kHosts.at(kind)) + number,
                 static_cast<std::uint16_t>(1 + dice.roll(65535))};
  const auto read = parse_address(to_string(member));
  REQUIRE(read);
  return *read;
}

TlsSettings roll_tls(Dice& dice) {
  constexpr auto kFiles = std::to_array<std::string_view>(
      {"", "ca.crt", "/etc/zk tls/\"x\".pem", "~", "1.2", "null", "caf\xC3\xA9: #"});
  const auto roll_file = [&] { return std::string(kFiles.at(dice.roll(kFiles.size()))); };
  TlsSettings tls;
  tls.ca_file = roll_file();
  tls.cert_file = roll_file();
  tls.key_file = roll_file();
  tls.server_name = dice.roll(2) == 0 ? "" : "2001:db8::1";
  tls.verify = dice.roll(2) == 0;
  tls.min_version = static_cast<TlsSettings::Version>(dice.roll(2));
  return tls;
}

Settings roll_settings(Dice& dice) {
  Settings settings;
  EnsembleList list;
  for (auto ensembles = 1 + dice.roll(5); ensembles > 0; --ensembles) {
    while (!list.add(roll_name(dice)).empty()) {
    }
    while (!list.add_member(roll_member(dice), false).empty()) {
    }
    for (auto members = dice.roll(6); members > 0; --members) {
      list.add_member(roll_member(dice), false);
    }
    for (auto observers = dice.roll(3); observers > 0; --observers) {
      list.add_member(roll_member(dice), true);
    }
  }
  settings.ensembles = list.ensembles();
  for (auto& ensemble : settings.ensembles) {
    if (dice.roll(2) == 0) {
      ensemble.tls = roll_tls(dice);
    }
    ensemble.source = static_cast<SourceChoice>(dice.roll(3));
    if (dice.roll(2) == 0) {
      ensemble.admin.port = static_cast<std::uint16_t>(1 + dice.roll(65535));
      ensemble.admin.path = dice.roll(2) == 0 ? "/commands" : "/zk/commands";
      ensemble.admin.is_https = ensemble.tls.has_value();
      ensemble.admin.username = dice.roll(2) == 0 ? "" : "zk";
      ensemble.admin.password_file = ensemble.admin.username.empty() ? "" : "/etc/zk: #secret";
    }
    if (dice.roll(2) == 0) {
      auto& canary = ensemble.canary;
      canary.level = static_cast<CanaryLevel>(dice.roll(3));
      canary.path = dice.roll(2) == 0 ? "/zookeeper-exporter" : "/zk:/#canary";
      canary.interval = std::chrono::milliseconds(1000 + dice.roll(20000));
      canary.timeout = std::chrono::milliseconds(100 + dice.roll(900));
      canary.auth_file = dice.roll(2) == 0 ? "" : "/etc/zk: #auth";
    }
  }
  settings.poll.interval = std::chrono::milliseconds(1000 + dice.roll(3599000));
  settings.poll.timeout = std::chrono::milliseconds(10 + dice.roll(990));
  settings.listen = {{"", static_cast<std::uint16_t>(dice.roll(65536))}, {"::1", 0}};
  settings.log_level = static_cast<log::Level>(dice.roll(4));
  return settings;
}

}  // namespace

TEST_CASE("the settings are written as a file, with the defaults", "[config]") {
  Settings settings;
  settings.ensembles = {{"orders",
                         {{"zk-0.zk", 2181}, {"2001:db8::5", 2181}, {"zk-3.zk", 2181}},
                         {{"zk-3.zk", 2181}}},
                        {"yes", {{"10.0.0.5", 2181}}}};
  CHECK(to_yaml(settings) ==
        "poll:\n"
        "  interval: 10s\n"
        "  timeout: 3s\n"
        "http:\n"
        "  listen:\n"
        "    - :9141\n"
        "  telemetry_path: /metrics\n"
        "log:\n"
        "  level: info\n"
        "  format: logfmt\n"
        "ensembles:\n"
        "  - name: \"orders\"\n"
        "    members:\n"
        "      - zk-0.zk:2181\n"
        "      - \"[2001:db8::5]:2181\"\n"
        "    observers:\n"
        "      - zk-3.zk:2181\n"
        "  - name: \"yes\"\n"
        "    members:\n"
        "      - 10.0.0.5:2181\n");
}

TEST_CASE("what is written is read back as the same settings, with every key given", "[config]") {
  CHECK(read_back(Settings()) == Settings());
  for (const auto* name : {"everything", "observers", "short-interval"}) {
    CAPTURE(name);
    const auto file = std::string(TESTS_DIR "/data/config/") + name + ".good.yml";
    const auto settings = read_flags({"--config.file=" + file}).config.settings;
    CHECK(read_back(settings) == settings);
  }
  const auto draft = read_config_text("x", to_yaml(Settings()));
  for (const auto& setting : settings_table()) {
    CAPTURE(setting.key);
    CHECK((setting.read == nullptr || draft.has(setting.key)));
  }
}

TEST_CASE("whatever an ensemble is called, it is read back", "[config]") {
  Dice dice;
  for (int round = 0; round < 500; ++round) {
    const auto settings = roll_settings(dice);
    const auto text = to_yaml(settings);
    CAPTURE(text);
    REQUIRE(read_config_text("dump", text).settings == settings);
  }
}

TEST_CASE("as many members as there may be are read back", "[config]") {
  EnsembleList list;
  list.add("large");
  for (std::uint16_t i = 0; i < 10000; ++i) {
    Address member{"zk", static_cast<std::uint16_t>(i + 1)};
    list.add_member(member, i > 5000);
  }
  Settings settings;
  settings.ensembles = list.ensembles();
  CHECK(read_back(settings) == settings);
}
