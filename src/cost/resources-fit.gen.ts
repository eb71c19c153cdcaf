// Made by `npx tsx rtl/synth/grid.ts` from results/rtl-resources.json; do not edit.
export const COEFFICIENTS = {
  "pe": {
    "logic": [
      15.388,
      1.243,
      0.672,
      0.899,
      0.658,
      2.307
    ],
    "ff": [
      9.377,
      2.233,
      0.288,
      9.407,
      3.949,
      0.98,
      0.862,
      1.724,
      1.004
    ]
  },
  "ifm_stream": {
    "logic": [
      27.236,
      1.016,
      -20.573,
      7.03,
      -0.326,
      4.5
    ],
    "ff": [
      68.397,
      1.175,
      -13.999,
      21.8,
      0.2,
      4.667,
      1.333,
      3.333
    ]
  },
  "row_pace": {
    "logic": [
      39.323,
      3.966,
      -0.818,
      -0.966
    ],
    "ff": [
      85.998,
      1,
      8,
      2
    ]
  },
  "weight_loader": {
    "logic": [
      49.006,
      0.56,
      1.761,
      1.248
    ],
    "ff": [
      166.079,
      5.302,
      1.119,
      1.006,
      -0.088,
      2.503,
      -15.712
    ]
  },
  "psum_drain": {
    "logic": [
      3.25,
      3.75
    ],
    "ff": [
      4.168,
      20.472,
      6.104,
      0.316
    ]
  },
  "sequencer": {
    "logic": [
      77.228,
      4.354,
      2.429,
      2.142,
      2.04
    ],
    "ff": [
      166.998,
      13,
      2,
      3
    ]
  },
  "joints": {
    "logic": [
      0.4,
      2.926,
      0.913,
      0.78
    ],
    "ff": [
      103.882,
      4.227,
      0.63
    ]
  }
};
/** Largest relative error of a core, fitted to all runs but itself. */
export const FIT_ERROR = {"lut":0.015,"ff":0.007};
