// Made by `npx tsx rtl/synth/grid.ts` from results/rtl-resources.json; do not edit.
export const COEFFICIENTS = {
  "pe": {
    "logic": [
      14.462,
      0.222,
      0.719,
      0.603,
      0.622,
      2.335
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
      29.08,
      1.017,
      -17.962,
      6.385,
      -0.237,
      3.5
    ],
    "ff": [
      90.396,
      1.175,
      -13.999,
      25.8,
      0.2,
      3.334,
      2.667,
      0.667
    ]
  },
  "weight_loader": {
    "logic": [
      49.048,
      -0.016,
      1.954
    ],
    "ff": [
      96.744,
      22.478,
      1.229,
      1.006,
      -0.223,
      2.173
    ]
  },
  "psum_drain": {
    "logic": [
      3,
      3.8
    ],
    "ff": [
      3.311,
      16.115,
      5.086,
      0.486
    ]
  },
  "sequencer": {
    "logic": [
      38.678,
      1.828,
      1.933,
      2.067
    ],
    "ff": [
      97.998,
      15,
      2,
      2
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
      88.882,
      4.227,
      0.63
    ]
  }
};
/** Largest relative error of a core, fitted to all runs but itself. */
export const FIT_ERROR = {"lut":0.035,"ff":0.01};
