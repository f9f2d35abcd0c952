package tree

// Options limit the growth of one tree. There are no defaults here: gbm and
// forest set them.
type Options struct {
	Leaves     int     // at most, >= 1
	Depth      int     // splits above a leaf at most; 0: no limit
	MinRows    int     // in a leaf, >= 1
	MinHessian float64 // summed over a leaf's rows, > 0
	L1         float64 // by which a leaf's gradient is shrunk, >= 0
	L2         float64 // added to a leaf's hessian, >= 0
	MinGain    float64 // that a split has to pass, >= 0
	// MaxStep bounds the size of a leaf's value before its rate; 0: no limit.
	MaxStep float64
	// PathSmooth draws a leaf of n rows to its parent's value with the weight
	// of as many rows; 0: not. LightGBM's path_smooth.
	PathSmooth float64
	// DepthWise splits the leaves of one depth before those below, best gain
	// first in each; else the best gain anywhere comes first.
	DepthWise bool
	// TreeColumns and SplitColumns are the fractions of columns, in (0, 1],
	// that a tree may use, and that a split of it may choose from.
	TreeColumns, SplitColumns float64
	// RandomCuts tries one random threshold by column and leaf: Geurts et al.
	// (2006), "Extremely randomized trees".
	RandomCuts bool
	// Monotone has, by column, 1 where predictions may not fall as the column
	// rises, -1 where they may not rise, 0 elsewhere; nil: nowhere. Of
	// categories it must be 0. A split bounds the leaves below it by the
	// middle of its two sides: LightGBM's method "basic".
	Monotone []int8
	// Interactions are groups of columns: those on a way from the root to a
	// leaf must all lie in one. nil: no limit.
	Interactions [][]int
	Team         *Team // who grows; the tree does not depend on it
}

// plain reports whether a side's value is its Newton step alone, so that
// gains need no values.
func (o *Options) plain() bool { return o.L1 == 0 && o.PathSmooth == 0 && o.Monotone == nil }
