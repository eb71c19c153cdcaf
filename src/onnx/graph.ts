/** What ONNX demands of a graph before any operator is looked at: one maker a name, makers before readers, no cycle. */
import { fail } from '../errors.ts';
import type { GraphProto, NodeProto } from './proto/onnx_pb.gen.ts';

/** How messages call a node: by its name, or by its first output where it has none. */
export const nodeLabel = (node: NodeProto): string =>
  node.name
    ? `node "${node.name}"`
    : node.output[0]
      ? `the node making "${node.output[0]}"`
      : 'a node without outputs';

/** The nodes that the graph's outputs need, in the file's order. */
export function neededNodes(graph: GraphProto): readonly NodeProto[] {
  const makers = makersOf(graph);
  checkOrder(graph, makers);
  const needed = new Set<NodeProto>();
  const open = graph.output.map(({ name }) => name);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...maker.input);
  }
  return graph.node.filter((node) => needed.has(node));
}

function makersOf(graph: GraphProto): ReadonlyMap<string, NodeProto> {
  const given = new Map<string, string>();
  for (const [what, names] of [
    ['initializers', graph.initializer.map(({ name }) => name)],
    ['inputs', graph.input.map(({ name }) => name)],
  ] as const)
    for (const name of names) {
      if (given.get(name) === what) fail(`two ${what} are named "${name}"`);
      given.set(name, what); // an initializer may be listed as an input too: its default value
    }
  const makers = new Map<string, NodeProto>();
  for (const node of graph.node)
    for (const output of node.output) {
      if (output === '') continue; // an optional output left out
      if (given.has(output) || makers.has(output))
        fail(`two values are named "${output}"`, {
          at: nodeLabel(node),
          hint: 'ONNX graphs are in single-assignment form: rename one of them',
        });
      makers.set(output, node);
    }
  return makers;
}

function checkOrder(graph: GraphProto, makers: ReadonlyMap<string, NodeProto>): void {
  const place = new Map(graph.node.map((node, i) => [node, i]));
  graph.node.forEach((node, i) => {
    for (const input of node.input) {
      const maker = makers.get(input);
      if (!maker || place.get(maker)! < i) continue;
      const loop = pathBetween(node, maker, makers);
      const at = nodeLabel(node);
      if (loop) fail(`the graph has a cycle: ${loop.map((n) => n.output[0]).join(' <- ')}`, { at });
      fail(`it reads "${input}", which a later node makes`, {
        at,
        hint: 'ONNX nodes must be sorted: makers first',
      });
    }
  });
}

/** The nodes from `maker` back to `node` along inputs, if `maker` needs `node`: then they form a cycle. */
function pathBetween(
  node: NodeProto,
  maker: NodeProto,
  makers: ReadonlyMap<string, NodeProto>,
): readonly NodeProto[] | undefined {
  const cameFrom = new Map<NodeProto, NodeProto | undefined>([[maker, undefined]]);
  const open = [maker];
  for (let at = open.pop(); at; at = open.pop()) {
    if (at === node) {
      const path: NodeProto[] = [];
      for (let step: NodeProto | undefined = at; step; step = cameFrom.get(step)) path.unshift(step);
      return [node, ...path];
    }
    for (const input of at.input) {
      const next = makers.get(input);
      if (next && !cameFrom.has(next)) {
        cameFrom.set(next, at);
        open.push(next);
      }
    }
  }
  return undefined;
}
