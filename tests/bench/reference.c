/*
 * The graph algorithms of shared/graph in C, for comparison: what the language costs us. Compiled by c-reference.ts.
 *
 *   reference FILE RUNS
 *
 * FILE holds 32-bit numbers: nodes, references, starts; then offsets, targets, starts, own bytes. Prints the least CPU
 * milliseconds of each step as JSON, and a checksum of the dominators.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint32_t n, m, starts, reached;
static uint32_t *offsets, *targets, *start, *bytes;
static uint32_t *preorder, *node, *parent, *next_edge;
static uint32_t *out_offsets, *out_targets, *in_offsets, *in_targets;
static uint32_t *idom, *forest, *path;
static double *retained;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

static uint32_t *column(size_t length) {
  uint32_t *memory = calloc(length + 1, 4);
  if (memory == NULL) exit(1);
  return memory;
}

static uint32_t *read_column(FILE *file, size_t length) {
  uint32_t *memory = column(length);
  if (fread(memory, 4, length, file) != length) exit(1);
  return memory;
}

/* Number 0 is the artificial root; nodes that no start reaches get no number. */
static void number_in_preorder(void) {
  memset(preorder, 0, 4 * (size_t)n);
  reached = 1;
  for (uint32_t s = 0; s < starts; s++) {
    if (preorder[start[s]] != 0) continue;
    uint32_t current = reached++;
    preorder[start[s]] = current;
    node[current] = start[s];
    parent[current] = 0;
    next_edge[current] = offsets[start[s]];
    while (current != 0) {
      uint32_t e = next_edge[current], end = offsets[node[current] + 1];
      while (e < end && preorder[targets[e]] != 0) e++;
      if (e == end) {
        current = parent[current];
        continue;
      }
      next_edge[current] = e + 1;
      uint32_t w = targets[e];
      preorder[w] = reached;
      node[reached] = w;
      parent[reached] = current;
      next_edge[reached] = offsets[w];
      current = reached++;
    }
  }
}

static void relabel(void) {
  uint32_t count = 0;
  out_offsets[0] = 0;
  for (uint32_t s = 0; s < starts; s++) out_targets[count++] = preorder[start[s]];
  for (uint32_t i = 1; i < reached; i++) {
    out_offsets[i] = count;
    for (uint32_t e = offsets[node[i]], end = offsets[node[i] + 1]; e < end; e++)
      out_targets[count++] = preorder[targets[e]];
  }
  out_offsets[reached] = count;
}

static void reverse(void) {
  uint32_t edges = out_offsets[reached];
  memset(in_offsets, 0, 4 * ((size_t)reached + 1));
  for (uint32_t e = 0; e < edges; e++) in_offsets[out_targets[e]]++;
  for (uint32_t v = 1; v <= reached; v++) in_offsets[v] += in_offsets[v - 1];
  for (uint32_t v = reached; v-- > 0;)
    for (uint32_t e = out_offsets[v + 1]; e-- > out_offsets[v];) in_targets[--in_offsets[out_targets[e]]] = v;
}

/* Semi-NCA with jump pointers, as shared/graph/dominators.ts. */
static void dominators(void) {
  for (uint32_t v = 0; v < reached; v++) {
    forest[2 * v] = parent[v];
    forest[2 * v + 1] = v;
  }
  for (uint32_t w = reached - 1; w > 0; w--) {
    uint32_t least = w;
    for (uint32_t e = in_offsets[w], end = in_offsets[w + 1]; e < end; e++) {
      uint32_t v = in_targets[e], candidate = v;
      if (v > w) {
        uint32_t ancestor = forest[2 * v], length = 0;
        while (ancestor > w) {
          path[length++] = v;
          v = ancestor;
          ancestor = forest[2 * v];
        }
        candidate = forest[2 * v + 1];
        while (length > 0) {
          uint32_t u = 2 * path[--length];
          if (candidate < forest[u + 1]) forest[u + 1] = candidate;
          else candidate = forest[u + 1];
          forest[u] = ancestor;
        }
      }
      if (candidate < least) least = candidate;
    }
    idom[w] = least;
    forest[2 * w + 1] = least;
  }
  idom[0] = forest[0] = forest[1] = 0;
  for (uint32_t w = 1; w < reached; w++) {
    uint32_t d = parent[w], semi = idom[w];
    while (d > semi) {
      uint32_t jump = forest[2 * d];
      d = jump > semi ? jump : idom[d];
    }
    idom[w] = d;
    uint32_t jump = forest[2 * d], depth = forest[2 * d + 1], further = forest[2 * jump];
    uint32_t jump_depth = forest[2 * jump + 1];
    forest[2 * w] = depth - jump_depth == jump_depth - forest[2 * further + 1] ? further : d;
    forest[2 * w + 1] = depth + 1;
  }
}

static void retained_sizes(void) {
  retained[0] = 0;
  for (uint32_t v = 1; v < reached; v++) retained[v] = bytes[node[v]];
  for (uint32_t v = reached - 1; v > 0; v--) retained[idom[v]] += retained[v];
}

static void measure(const char *name, void (*step)(void), int runs) {
  double least = 1e18;
  for (int run = 0; run < runs; run++) {
    double begin = now();
    step();
    double took = now() - begin;
    if (took < least) least = took;
  }
  printf("\"%s\":%.3f,", name, least);
}

int main(int count, char **words) {
  FILE *file = count == 3 ? fopen(words[1], "rb") : NULL;
  if (file == NULL) return 2;
  int runs = atoi(words[2]);
  uint32_t *header = read_column(file, 3);
  n = header[0], m = header[1], starts = header[2];
  offsets = read_column(file, (size_t)n + 1), targets = read_column(file, m);
  start = read_column(file, starts), bytes = read_column(file, n);
  size_t nodes = (size_t)n + 2, edges = (size_t)m + starts;
  preorder = column(nodes), node = column(nodes), parent = column(nodes), next_edge = column(nodes);
  out_offsets = column(nodes), out_targets = column(edges), in_offsets = column(nodes), in_targets = column(edges);
  idom = column(nodes), forest = column(2 * nodes), path = column(nodes);
  retained = calloc(nodes, 8);
  if (retained == NULL) return 1;
  printf("{");
  measure("preorder", number_in_preorder, runs);
  measure("relabel", relabel, runs);
  measure("reverse", reverse, runs);
  measure("dominators", dominators, runs);
  measure("retained sizes", retained_sizes, runs);
  uint32_t sum = 0;
  for (uint32_t v = 1; v < reached; v++) sum = sum * 31 + idom[v];
  printf("\"checksum\":%u}\n", sum);
  return 0;
}
