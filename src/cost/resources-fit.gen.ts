// Made by `npx tsx rtl/synth/grid.ts` from results/rtl-resources.json; do not edit.
export const COEFFICIENTS = {
  "pe": {
    "logic": [
      8.339,
      0.463,
      0.774,
      2.234,
      1.333,
      2.156
    ],
    "ff": [
      10.536,
      2,
      3.043,
      10.494,
      3.05,
      1.007,
      2.279,
      1.112,
      1.01
    ]
  },
  "ifm_stream": {
    "logic": [
      -27.567,
      0.576,
      50.149,
      25.859,
      -2.01,
      3.5
    ],
    "ff": [
      73.035,
      1.055,
      5.201,
      31.081,
      -0.28,
      3.334,
      2.667,
      0.667
    ]
  },
  "weight_loader": {
    "logic": [
      49.239,
      -0.061,
      1.948
    ],
    "ff": [
      95.092,
      22.525,
      1.273,
      1.002,
      -0.218,
      2.119
    ]
  },
  "psum_drain": {
    "logic": [
      3.075,
      3.781
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
      25.501,
      2.813,
      2.586,
      1.914
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
      1.161,
      2.593,
      0.91
    ],
    "ff": [
      89.175,
      4.149,
      0.642
    ]
  }
};
/** Largest relative error of a core, fitted to all runs but itself. */
export const FIT_ERROR = {"lut":0.079,"ff":0.056};
