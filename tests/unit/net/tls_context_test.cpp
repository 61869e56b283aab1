#include "net/tls_context.hpp"

#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "support/certificates.hpp"
#include "support/folder.hpp"

using namespace zke;
using namespace zke::test;

namespace {

constexpr auto kNoCertificate =
    "holds no certificate in PEM, which begins with -----BEGIN CERTIFICATE-----";
constexpr auto kBroken = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n";

/// Good files, to be spoilt; the key is for its owner alone.
struct Files {
  Files() {
    write(folder / "ca.crt", authority.pem());
    write(folder / "own.crt", own.pem() + authority.pem());
    write(folder / "own.key", own.key_pem());
    std::filesystem::permissions(folder / "own.key", std::filesystem::perms(0600));
    settings.ca_file = folder / "ca.crt";
    settings.cert_file = folder / "own.crt";
    settings.key_file = folder / "own.key";
  }

  /// The mistake, in which the folder is "DIR".
  std::string mistake() const {
    const auto context = TlsContext::load(settings);
    if (context) {
      return {};
    }
    CHECK(context.error().reason() == Reason::kTls);
    auto text = context.error().detail();
    const auto dir = (folder / "").string();
    for (auto at = text.find(dir); at != std::string::npos; at = text.find(dir)) {
      text.replace(at, dir.size(), "DIR/");
    }
    return text;
  }

  std::string mistake_of(const std::string& file, const std::string& content) const {
    write(folder / file, content);
    return mistake();
  }

  Folder folder;
  Credential authority = make_authority({"Our authority"});
  Credential own = make_certificate({"exporter"}, authority);
  TlsSettings settings;
};

}  // namespace

TEST_CASE("good files are taken, and tell when our own certificate ends", "[net]") {
  Files files;
  const auto context = TlsContext::load(files.settings);

  REQUIRE(context);
  CHECK((*context)->warnings().empty());
  CHECK((*context)->own_not_after() == read_time(X509_get0_notAfter(files.own.certificate.get())));

  files.settings.cert_file.clear();
  files.settings.key_file.clear();
  const auto without = TlsContext::load(files.settings);
  REQUIRE(without);
  CHECK_FALSE((*without)->own_not_after());
}

TEST_CASE("without verification no authority is read", "[net]") {
  Files files;
  files.settings.verify = false;
  files.settings.ca_file = "/no/such/file";
  const auto context = TlsContext::load(files.settings);

  REQUIRE(context);
}

TEST_CASE("a mistake in a file is one line that names it and the remedy", "[net]") {
  Files files;
  SECTION("missing") {
    std::filesystem::remove(files.folder / "ca.crt");
    CHECK(files.mistake() == "ca_file DIR/ca.crt: cannot be read: No such file or directory");
  }
  SECTION("a folder") {
    files.settings.ca_file = files.folder / "";
    CHECK(files.mistake() == "ca_file DIR/: is a directory, not a regular file");
  }
  SECTION("no PEM") {
    CHECK(files.mistake_of("ca.crt", "hello\n") ==
          std::string("ca_file DIR/ca.crt: ") + kNoCertificate);
    CHECK(files.mistake_of("ca.crt", "") == std::string("ca_file DIR/ca.crt: ") + kNoCertificate);
    CHECK(files.mistake_of("ca.crt", der_of(files.authority)) ==
          std::string("ca_file DIR/ca.crt: ") + kNoCertificate);
    CHECK(files.mistake_of("ca.crt", files.own.key_pem()) ==
          std::string("ca_file DIR/ca.crt: ") + kNoCertificate);
  }
  SECTION("no certificate of our own") {
    for (const auto& text : {std::string("hello\n"), std::string(), der_of(files.own)}) {
      CHECK(files.mistake_of("own.crt", text) ==
            std::string("cert_file DIR/own.crt: ") + kNoCertificate);
    }
  }
  SECTION("the second certificate is broken") {
    CHECK(files.mistake_of("ca.crt", files.authority.pem() + kBroken)
              .starts_with("ca_file DIR/ca.crt: its certificate 2 is broken: "));
    write(files.folder / "ca.crt", files.authority.pem());
    CHECK(files.mistake_of("own.crt", files.own.pem() + kBroken)
              .starts_with("cert_file DIR/own.crt: its certificate 2 is broken: "));
  }
  SECTION("the first certificate is broken") {
    CHECK(files.mistake_of("ca.crt", kBroken)
              .starts_with("ca_file DIR/ca.crt: its certificate 1 is broken: "));
    write(files.folder / "ca.crt", files.authority.pem());
    CHECK(files.mistake_of("own.crt", kBroken)
              .starts_with("cert_file DIR/own.crt: its certificate 1 is broken: "));
  }
  SECTION("too large") {
    CHECK(files.mistake_of("own.key", std::string((4U << 20U) + 1, '\n')) ==
          "key_file DIR/own.key: is larger than 4 MiB");
  }
  SECTION("an encrypted key") {
    CHECK(files.mistake_of("own.key", files.own.key_pem("secret")) ==
          "key_file DIR/own.key: is encrypted; give a key without a password, that only the "
          "exporter can read");
  }
  SECTION("no key") {
    for (const auto& text : {std::string("hello\n"), std::string(), files.own.pem()}) {
      CHECK(files.mistake_of("own.key", text) ==
            "key_file DIR/own.key: holds no private key in PEM, which begins with -----BEGIN "
            "PRIVATE KEY-----");
    }
  }
  SECTION("the key of another certificate") {
    CHECK(files.mistake_of("own.key", files.authority.key_pem()) ==
          "key_file DIR/own.key: is not the key of cert_file DIR/own.crt, whose first certificate "
          "is of CN = exporter; ours must come first");
  }
  SECTION("a file that begins with the authority, as of some stores of Java") {
    CHECK(files.mistake_of("own.crt", files.authority.pem() + files.own.pem()) ==
          "key_file DIR/own.key: is not the key of cert_file DIR/own.crt, whose first certificate "
          "is of CN = Our authority; ours must come first");
  }
  SECTION("one of certificate and key") {
    files.settings.cert_file.clear();
    CHECK(files.mistake() == "key_file is given without cert_file; give both or neither");
    files.settings.cert_file.swap(files.settings.key_file);
    CHECK(files.mistake() == "cert_file is given without key_file; give both or neither");
  }
}

TEST_CASE("a file may hold more than what is looked for", "[net]") {
  const Files files;
  CHECK(files.mistake_of("own.crt", "a note\n" + files.own.key_pem() + files.own.pem() + "\n")
            .empty());
  CHECK(files.mistake_of("own.key", files.own.pem() + files.own.key_pem()).empty());
  CHECK(
      files.mistake_of("ca.crt", files.authority.pem() + files.authority.pem() + "\n#\n").empty());
}

TEST_CASE("a key that every user can read is warned of, also when only that changes", "[net]") {
  const Files files;
  const auto key = files.folder / "own.key";
  const auto good = TlsContext::load(files.settings);
  REQUIRE(good);

  std::filesystem::permissions(key, std::filesystem::perms(0644));
  const auto open = TlsContext::load(files.settings, *good);
  REQUIRE(open);
  REQUIRE((*open)->warnings().size() == 1);
  CHECK((*open)->warnings()[0] ==
        "key_file " + key.string() + ": every user can read it; take that right away (chmod o-r)");

  std::filesystem::permissions(key, std::filesystem::perms(0600));
  const auto closed = TlsContext::load(files.settings, *open);
  REQUIRE(closed);
  CHECK((*closed)->warnings().empty());
}

TEST_CASE("files that hold the same give the same context", "[net]") {
  const Files files;
  const auto first = TlsContext::load(files.settings);
  REQUIRE(first);
  replace(files.folder / "ca.crt", files.authority.pem());
  const auto second = TlsContext::load(files.settings, *first);
  REQUIRE(second);
  CHECK(*second == *first);

  replace(files.folder / "ca.crt", make_authority({"Another"}).pem());
  const auto third = TlsContext::load(files.settings, *second);
  REQUIRE(third);
  CHECK(*third != *second);
}
