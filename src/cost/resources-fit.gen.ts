// Made by `npx tsx rtl/synth/grid.ts` from results/rtl-resources.json; do not edit.
export const COEFFICIENTS = {
  "pe": {
    "logic": [
      5.367,
      4.931,
      8.158,
      2.601,
      0.728,
      1.661
    ],
    "ff": [
      81.166,
      5.896,
      0.871,
      1.043,
      1.131,
      1.181,
      0.999
    ]
  },
  "ifm_stream": {
    "logic": [
      23.961,
      4.368,
      4.759,
      1.5
    ],
    "ff": [
      92.998,
      1,
      12,
      4.334,
      2.667,
      1.667
    ]
  },
  "weight_loader": {
    "logic": [
      15.987,
      -3.707,
      1.92,
      1.67,
      1.801
    ],
    "ff": [
      53.712,
      29.81,
      1.118,
      2.498
    ]
  },
  "psum_drain": {
    "logic": [
      2.894,
      3.787
    ],
    "ff": [
      10,
      6,
      2,
      1
    ]
  },
  "sequencer": {
    "logic": [
      54.376,
      4.952,
      1.289,
      1.711
    ],
    "ff": [
      59.575,
      15.134,
      2.084,
      1.917
    ]
  },
  "joints": {
    "logic": [
      4
    ],
    "ff": [
      60.036,
      3.249,
      0.792
    ]
  }
};
/** Largest relative error of a core, fitted to all runs but itself. */
export const FIT_ERROR = {"lut":0.017,"ff":0.001};
