/** Where known data sets come from: files with their sizes and SHA-256, so that what arrives is what was meant. */

export interface SourceFile {
  readonly url: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Files inside a .tar.gz that are kept; of any other file the whole. */
  readonly members?: RegExp;
}

export type Sources = ReadonlyMap<string, readonly SourceFile[]>;

const MNIST = 'https://storage.googleapis.com/cvdf-datasets/mnist'; // the mirror that TensorFlow Datasets reads
const FASHION = 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com'; // the authors' own

/** MNIST's sums are of the files we test with; Fashion-MNIST's and CIFAR-10's as tensorflow/datasets url_checksums has them. */
export const SOURCES: Sources = new Map([
  [
    'mnist',
    [
      {
        url: `${MNIST}/train-images-idx3-ubyte.gz`,
        bytes: 9_912_422,
        sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      },
      {
        url: `${MNIST}/train-labels-idx1-ubyte.gz`,
        bytes: 28_881,
        sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      },
      {
        url: `${MNIST}/t10k-images-idx3-ubyte.gz`,
        bytes: 1_648_877,
        sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      },
      {
        url: `${MNIST}/t10k-labels-idx1-ubyte.gz`,
        bytes: 4_542,
        sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      },
    ],
  ],
  [
    'fashion-mnist',
    [
      {
        url: `${FASHION}/train-images-idx3-ubyte.gz`,
        bytes: 26_421_880,
        sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      },
      {
        url: `${FASHION}/train-labels-idx1-ubyte.gz`,
        bytes: 29_515,
        sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      },
      {
        url: `${FASHION}/t10k-images-idx3-ubyte.gz`,
        bytes: 4_422_102,
        sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      },
      {
        url: `${FASHION}/t10k-labels-idx1-ubyte.gz`,
        bytes: 5_148,
        sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      },
    ],
  ],
  [
    'cifar10',
    [
      {
        url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
        bytes: 170_052_171,
        sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
        members: /^(data_batch_\d|test_batch)\.bin$/,
      },
    ],
  ],
]);
