// A worker: places the steps of a script with dagre, so that typing never waits for it.
/* global dagre */
importScripts(`${self.location.pathname.replace(/\/[^/]*$/, '')}/dagre/dagre.min.js`)

self.addEventListener('message', ({ data: { nodes, edges } }) => {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 44, marginx: 12, marginy: 12 })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height })
  edges.forEach(({ from, to, width }, i) =>
    graph.setEdge(from, to, { width, height: width > 0 ? 18 : 0, labelpos: 'c' }, String(i)),
  )
  dagre.layout(graph)
  const { width, height } = graph.graph()
  self.postMessage({
    width,
    height,
    nodes: nodes.map(({ id }) => ({ id, x: graph.node(id).x, y: graph.node(id).y })),
    edges: edges
      .map(({ from, to }, i) => graph.edge(from, to, String(i)))
      .map(({ points, x, y }) => ({ points, x, y })),
  })
})
