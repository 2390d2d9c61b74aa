package main

import (
	"fmt"
	"strings"

	"github.com/tapertoken/taper/internal/forge"
)

// serviceCases: where a token is good.
func serviceCases(s *suite) {
	d11, d15 := []string{"D-11"}, []string{"D-15"}
	c19, e11 := []string{"C19"}, []string{"E11"}
	s.authorize(authorize{id: "services-standard", spec: d11, attacks: c19, token: standard(),
		comment: "The standard token, at the service that its presentation names."})
	s.authorize(authorize{id: "services-other", base: "services-standard", spec: d11, attacks: []string{"C19", "H7"}, flags: []string{"audience-ignored"},
		comment: "A service that the root names and the presentation does not: caught there by redirect, the token must be worth nothing here.",
		token:   standard(), service: "reports", verdict: "wrong-service", block: 2, claim: 3})

	// Plain names, each against a seal for it.
	seal := plainSeal(forge.Grant([]string{forge.Interface}, []string{"customers/**"})).Without(0, 3)
	for i, c := range []struct{ id, named, service, comment string }{
		{"case", "db-gateway", "DB-Gateway", "Names of services are bytes: configured in other case, the service is another."},
		{"case-token", "DB-GATEWAY", "db-gateway", "Nor is the name in the token folded, as host names are."},
		{"blank", "db-gateway", "db-gateway ", "A blank behind the configured name makes another service."},
		{"prefix", "db-gateway", "db", "The name of a service is no prefix: the gateway's token is not the database's."},
		{"longer", "db", "db-gateway", "Nor does a token for db cover all whose name begins so."},
		{"segment", "db", "db/eu", "Slashes separate nothing in the name of a service: there is no hierarchy."},
		{"star", "*", "db-gateway", "A star in the name of a service is a star: read as a wildcard it makes a token that is good everywhere."},
		{"stars", "**", "db-gateway", "Two stars are two stars."},
		{"kelvin", "kms", "\u212ams", "KELVIN SIGN folds to k, and is another name."},
		{"nfd", "caf\u00e9", "cafe\u0301", "The decomposed spelling is another service."},
		{"substring", "db-gateway,reports", "reports", "A list within one name is one name: a search for a substring finds the service in it."},
		{"port", "db-gateway", "db-gateway:443", "A port is part of the name, if anybody writes it."},
	} {
		t := seal.With(1, forge.Services(c.named))
		base := fmt.Sprintf("services-name-%d", i)
		s.authorize(authorize{id: base, spec: []string{"D-11", "N-7"}, attacks: c19, token: t, service: c.named,
			comment: "The service whose name the token holds, byte by byte; the case behind it asks elsewhere."})
		s.authorize(authorize{id: "services-name-" + c.id, base: base, spec: []string{"D-11", "N-7", "N-5"}, attacks: c19, flags: []string{"name-folding"},
			comment: c.comment, token: t, service: c.service, verdict: "wrong-service", block: 1, claim: 3})
	}
	long := strings.Repeat("s", 255)
	s.authorize(authorize{id: "services-long", spec: []string{"D-11", "N-7"}, attacks: c19, token: seal.With(1, forge.Services(long+"a")), service: long + "a",
		comment: "A name of 256 bytes, the longest."})
	s.authorize(authorize{id: "services-long-other", base: "services-long", spec: []string{"D-11", "N-7"}, attacks: c19, flags: []string{"truncated-name"},
		comment: "The last of 256 bytes differs: a comparison of the first 255, or of a column of that width, misses it.",
		token:   seal.With(1, forge.Services(long+"a")), service: long + "b", verdict: "wrong-service", block: 1, claim: 3})

	// Several services.
	var names []string
	for i := range 16 {
		names = append(names, fmt.Sprintf("service-%d", i))
	}
	several := seal.With(1, forge.Services(names...))
	for _, i := range []int{0, 7, 15} {
		s.authorize(authorize{id: fmt.Sprintf("services-several-%d", i), spec: d11, attacks: c19, token: several, service: names[i],
			comment: "A seal for sixteen services is by design good at each of them, the last one included."})
	}
	s.authorize(authorize{id: "services-several-none", base: "services-several-15", spec: d11, attacks: c19, flags: []string{"audience-ignored"},
		comment: "A seventeenth service, which the list does not name.",
		token:   several, service: "service-16", verdict: "wrong-service", block: 1, claim: 3})

	// In each block.
	whose := []string{"the root's block, which a check of the seal only misses", "the middle block", "the sealing block, which a check of delegations misses"}
	all := standard().With(0, forge.Services(forge.Service)).With(1, forge.Services(forge.Service)).Without(2, 7)
	s.authorize(authorize{id: "services-each", spec: []string{"D-10", "D-11"}, token: all, comment: "Each of three blocks names the service."})
	for i := range all.Blocks {
		s.authorize(authorize{id: fmt.Sprintf("services-not-in-%d", i), base: "services-each", spec: []string{"D-10", "D-11"}, attacks: []string{"C19", "C1"}, flags: []string{"skips-a-block"},
			comment: "One block names another service: " + whose[i] + ".",
			token:   all.With(i, forge.Services("reports")), verdict: "wrong-service", block: i, claim: 3})
	}
	s.authorize(authorize{id: "services-absent", spec: d11, token: all.Without(0, 3).Without(1, 3),
		comment: "Blocks above the seal need not name services: absent does not restrict."})
	wider := all.With(1, forge.Services(forge.Service, "billing")).With(2, forge.Services("billing", forge.Service))
	s.authorize(authorize{id: "services-child-more", spec: []string{"D-10", "D-11"}, attacks: []string{"C1"}, token: wider,
		comment: "A child names a service more than its parent, and is asked at the one that both name."})
	s.authorize(authorize{id: "services-child-more-there", base: "services-child-more", spec: []string{"D-10", "D-11"}, attacks: []string{"C1", "C19"}, flags: []string{"last-block-wins"},
		comment: "At the service that only the child names, its parent denies.",
		token:   wider, service: "billing", verdict: "wrong-service", block: 0, claim: 3})

	// Services that uses name.
	counted := seal.With(1, forge.Services("db-gateway", "reports"))
	one := counted.With(0, forge.Uses(forge.Use(5, "db-gateway")))
	s.authorize(authorize{id: "services-uses", spec: d15, attacks: e11, token: one, uses: used(0, 1, 5),
		comment: "A limit at this service, in a token for two services."})
	s.authorize(authorize{id: "services-uses-elsewhere", base: "services-uses", spec: d15, attacks: e11, flags: []string{"uses-ignored"},
		comment: "The limit is counted at another service: to use it here uncounted would make every limit a local one.",
		token:   one, service: "reports", verdict: "wrong-service", block: 0, claim: 7})
	s.authorize(authorize{id: "services-uses-case", base: "services-uses", spec: []string{"D-15", "N-5"}, attacks: []string{"E11", "C19"}, flags: []string{"name-folding"},
		comment: "The name in uses is compared as bytes too.",
		token:   counted.With(0, forge.Uses(forge.Use(5, "DB-Gateway"))), verdict: "wrong-service", block: 0, claim: 7})
	s.authorize(authorize{id: "services-uses-no-ledger", base: "services-uses", spec: d15, attacks: e11, flags: []string{"order-of-steps"},
		comment: "The service has no ledger, and the limit is not even counted here: the claim is decided before the ledger is missed.",
		token:   one, service: "reports", noLedger: true, verdict: "wrong-service", block: 0, claim: 7})
	two := counted.With(0, forge.Uses(forge.Use(5, "db-gateway"), forge.Use(2, "reports")))
	s.authorize(authorize{id: "services-uses-second", spec: d15, attacks: e11, token: two, service: "reports", uses: used(0, 1, 2),
		comment: "Each service has a limit of its own: one who reads the first pair counts to 5."})
	s.authorize(authorize{id: "services-uses-only", base: "services-uses", spec: []string{"D-11", "D-15"}, attacks: e11, flags: []string{"audience-ignored"},
		comment: "A service that uses name and services do not: a limit grants no place.",
		token:   two.With(1, forge.Services("db-gateway")), service: "reports", verdict: "wrong-service", block: 1, claim: 3})
	guard := counted.With(1, forge.Uses(forge.Use(1, "db-gateway")))
	s.authorize(authorize{id: "services-guarded", spec: d15, attacks: e11, token: guard, uses: used(1, 1, 1),
		comment: "A seal for two services with a replay guard at one of them."})
	s.authorize(authorize{id: "services-guarded-elsewhere", base: "services-guarded", spec: d15, attacks: []string{"E11", "E12"}, flags: []string{"uses-ignored"},
		comment: "At the other service nobody would count the replays.",
		token:   guard, service: "reports", verdict: "wrong-service", block: 1, claim: 7})
	dead := two.With(0, forge.Uses(forge.Use(5, "db-gateway"))).With(1, forge.Uses(forge.Use(5, "reports")))
	s.authorize(authorize{id: "services-dead", base: "services-uses", spec: d15, attacks: e11, flags: []string{"uses-ignored"},
		comment: "Two blocks whose limits share no service make a token that is good nowhere; here the second one denies.",
		token:   dead, verdict: "wrong-service", block: 1, claim: 7})
	s.authorize(authorize{id: "services-dead-there", base: "services-uses-second", spec: d15, attacks: e11, flags: []string{"uses-ignored"},
		comment: "And at the other service the first one.",
		token:   dead, service: "reports", verdict: "wrong-service", block: 0, claim: 7})
}
