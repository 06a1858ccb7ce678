package claims

import "slices"

// All is the register, in groups by what decides.
var All = slices.Concat(waiting, costs, behaviour, code, later)
