package tree

import (
	"container/heap"
	"runtime"
	"slices"
	"sync"
)

// A crew splits leaves, best first, until there are leaves enough. While one
// worker makes the children of the first leaf in the queue, the others make
// those of the leaves that come next, which will most likely be split as well.
// A leaf is split only when it is the first in the queue and its children are
// known, so that the tree does not depend on who was quick.
type crew struct {
	*Grower
	mutex  sync.Mutex
	queue  []int // a heap of the leaves that may be split, the next one first
	leaves int
	busy   int // workers that make children
}

func newCrew(g *Grower) *crew {
	c := &crew{Grower: g, leaves: 1}
	c.offer(0)
	return c
}

// split splits until there are leaves enough or none can be split.
func (c *crew) split() {
	for len(c.queue) > 0 && len(c.queue) < len(c.workers) && c.nodes[c.queue[0]].rows() >= manyRows && c.left() > 0 {
		n := c.nodes[c.queue[0]]
		n.children = c.makeChildren(c.workers, n, c.left() == 1)
		c.commit()
	}
	c.o.Team.Each(len(c.workers), func(i int) { c.work(c.workers[i : i+1]) })
	c.cleanUp()
}

// left is how many splits are left.
func (c *crew) left() int { return c.o.Leaves - c.leaves }

// work makes children until there are leaves enough.
func (c *crew) work(self []*worker) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for {
		n, last := c.take()
		if n == nil {
			if c.busy == 0 || c.left() == 0 {
				return
			}
			// News is near: somebody is about to know two more leaves.
			c.mutex.Unlock()
			runtime.Gosched()
			c.mutex.Lock()
			continue
		}
		c.busy++
		c.mutex.Unlock()
		children := c.makeChildren(self, n, last)
		c.mutex.Lock()
		n.children = children
		c.busy--
		c.commit()
	}
}

// take is the best leaf near the head of the queue that nobody works on, nil
// where there is none; last says that its children will not be split.
func (c *crew) take() (n *growing, last bool) {
	best := -1
	for _, i := range c.queue[:min(len(c.queue), 4*len(c.workers), c.left())] {
		if !c.nodes[i].taken && (best < 0 || c.compare(i, best) < 0) {
			best = i
		}
	}
	if best < 0 {
		return nil, false
	}
	n = c.nodes[best]
	n.taken = true
	return n, c.left() == 1
}

// commit splits the first leaves of the queue whose children are known.
func (c *crew) commit() {
	for c.left() > 0 && len(c.queue) > 0 && c.nodes[c.queue[0]].known() {
		n := c.nodes[heap.Pop(c).(int)]
		n.left, n.right = n.children[0], n.children[1]
		c.pool.put(n.hist)
		c.nodes = append(c.nodes, n.left, n.right)
		n.hist, n.children = nil, [2]*growing{}
		c.leaves++
		c.offer(len(c.nodes) - 2)
		c.offer(len(c.nodes) - 1)
	}
	c.forget()
}

// offer takes a leaf that has a split into the queue.
func (c *crew) offer(node int) {
	if c.nodes[node].best.gain > 0 {
		heap.Push(c, node)
	}
}

// forget drops the leaves that come too late to be split, so that no memory
// is held for them.
func (c *crew) forget() {
	if len(c.queue) <= c.left()+c.left()/4 {
		return
	}
	slices.SortFunc(c.queue, c.compare) // an ordered slice is a heap
	for _, i := range c.queue[c.left():] {
		if n := c.nodes[i]; !n.taken {
			c.pool.put(n.hist)
			n.hist = nil
		}
	}
	c.queue = c.queue[:c.left()]
}

// cleanUp gives back what leaves hold, and puts the rows of those that were
// divided, and then not split, back in their order.
func (c *crew) cleanUp() {
	for _, n := range c.nodes {
		c.pool.put(n.hist)
		n.hist = nil
		if n.known() {
			c.pool.put(n.children[0].hist)
			c.pool.put(n.children[1].hist)
			merge(c.rows[n.begin:n.end], c.spareOf(n), n.children[0].rows())
		}
	}
}

// compare orders leaves: higher ones first where trees grow by depth, then by
// gain, then by age.
func (c *crew) compare(a, b int) int {
	x, y := c.nodes[a], c.nodes[b]
	switch {
	case c.o.DepthWise && x.depth != y.depth:
		return x.depth - y.depth
	case x.best.gain > y.best.gain:
		return -1
	case x.best.gain < y.best.gain:
		return 1
	}
	return a - b
}

// The rest is heap.Interface.

func (c *crew) Len() int           { return len(c.queue) }
func (c *crew) Swap(i, j int)      { c.queue[i], c.queue[j] = c.queue[j], c.queue[i] }
func (c *crew) Push(x any)         { c.queue = append(c.queue, x.(int)) }
func (c *crew) Less(i, j int) bool { return c.compare(c.queue[i], c.queue[j]) < 0 }

func (c *crew) Pop() any {
	last := c.queue[len(c.queue)-1]
	c.queue = c.queue[:len(c.queue)-1]
	return last
}
