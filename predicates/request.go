package predicates

// Limits on a request (SPEC 9).
const maxAccesses = 16

// A Request is what is to be decided: 1 to 16 accesses that are permitted
// together or not at all, and are charged as one use. A request that is not
// well formed, in number or names, is not repaired; it matches no grant.
//
// A Request is plain data: it is read while it is decided, and not kept.
type Request struct {
	Accesses []Access

	// Digest is the SHA-256 of the exact body that the service will act on, or nil.
	Digest []byte
}

// An Access is the use of one interface on one resource. The names must be
// those that the service will really use, decoded and resolved.
type Access struct {
	Interface string
	Resource  string
	Arguments map[string]Value
}

// NewRequest returns a request of one access without arguments.
func NewRequest(interfaceName, resource string) Request {
	return Request{Accesses: []Access{{Interface: interfaceName, Resource: resource}}}
}

// check says what is wrong with the access, or returns "" ([D-12]).
func (a *Access) check() string {
	if reason := checkSegments(a.Interface, interfaceSeparator, false); reason != "" {
		return "the interface's name " + reason
	}
	if reason := checkSegments(a.Resource, resourceSeparator, false); reason != "" {
		return "the resource's name " + reason
	}
	// Map order is random, so all are looked at before one is named.
	badName, badValue := false, false
	for name, v := range a.Arguments {
		badName = badName || checkPlain(name) != ""
		badValue = badValue || !v.valid()
	}
	switch {
	case badName:
		return "the name of an argument is not well formed"
	case badValue:
		return "the value of an argument is out of range or not well formed"
	}
	return ""
}
