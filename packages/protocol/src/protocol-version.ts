/** Version of the protocol between the services. Every change of a schema raises it. */

/**
 * The SHA-256 over all schemas, per version. A test recomputes it. When you change a schema, decide whether old and new
 * builds understand each other during a deploy, and add a line.
 */
export const SCHEMA_DIGESTS: Readonly<Record<number, string>> = {
  1: '22d88cd72f205a128a60431e1050c463171906b2805977aa40553ee068b70c4f',
  // Graph events with versions. Builds of version 1 do not understand these; nothing was released with it.
  2: 'e31e39d11f8d355af2381bd8a112506c63a99f29a6cbd3a4cd11c08e870548ce',
  // A viewer's edges as one text. Builds of version 2 cannot read it; nothing was released with them.
  3: '8b96937b050c95968985d84cca945452ba15763d8c4068ff1722eb655f88daba',
  // Clients may compute distances themselves. Builds of version 3 ignore the request and compute them.
  4: 'c57bc5780722066792fd42cbdcd255c67064ad3b46392bc32e9ef914b5730a95',
  // Announcements have `asOf`. Builds of version 4 ignore it; for their announcements the grant is re-read.
  5: '3e8067f9a07c3a415360e0afbae06aa0e779bfbe83664c50bc788367f6c419fc',
  // Position updates may say when they were taken, and optional fields that say nothing are left out. Between services
  // nothing changes: builds of version 5 stamp such an update on reception.
  6: 'e7377bc9d03ac13ee911e0e9da7eeee335b76ea319d207e79889a163858308d5',
  // Devices are told of changed settings. Gateways of version 6 refuse such a notice, and it is lost.
  7: '99840d196f0acdd847629a9ed1059a6f97f4e28d18ddf65b181e3a4c5477b06a',
  // A user may end sharing on signing out. Builds of version 7 do not know the event and read all rights again instead.
  8: '78a0a3673574c5e537c20adc43c90a92a86114175ba510a28c77af29e09ce881',
  // Grants and pauses say which positions stay withheld, and rights name the epoch of the database. Builds of version 8 ignore
  // both, and show what they showed before; on the event of a new epoch they re-read all rights.
  9: '322a8596ec94f7fa51095f4241ca31c086088828091e19e482ea794a71593ede',
  // Clients are told why their connection closes (`connection:closing`). Between services nothing changes.
  10: '6082beb2319adbf89f8d09bdd37a99842937cea881728f0479b3c551a160b2fe',
  // One device of a user shares. Builds of version 10 ignore the marks of devices, refuse releases, and let every device share.
  11: '8e22bcafa083ae15619c531d6994f99e24c5a6aac9a7ed36685c5c1d78ecca47',
  // Friend-graph says which tokens an erasure revoked, and gateways say when a session's token was issued. Builds of version 11
  // ignore both, and their clients are told of an erasure at their next connection.
  12: '5bcf0b007ec080dc3649a5563447a16311b0bcb307058f349526f738a123a0b7',
  // Devices are told of new display names. Gateways of version 12 refuse such a notice, and it is lost.
  13: '2e4d0f218277b3f2ac8d2e036e73c987e4d61de3ee4b1aaa1dc00a17284bcde4',
  // The body of failed HTTP responses is a schema. Between services nothing changes.
  14: 'bf7945c7cf3c781664463bb5579f0b96ff142f9f629f19ac24df532e1821bd26',
  // A device that a user has registered is found by its secret. Friend-graphs of version 14 refuse the request, so apps that report
  // with a secret are served once all are replaced.
  15: '8241f1e340e4ba01bd447358615e3dd89085dd21f08207f69ef7269ac8354924',
  // Positions of registered devices may have a lifetime of their own. Builds of version 15 ignore it: a location instance lets them
  // live for the TTL, and a gateway or client removes them then.
  16: 'f900e28b64fc20aab0d11966c01c1cda4c7f5059b72bd4f51fb131e0895ead03',
  // Ingest asks for the names of friends, and for many devices at once. Friend-graphs of version 16 refuse both: answers have no
  // names, and apps that report with a secret are served once all are replaced.
  17: '5d09b3becf7942740320e19f37b85b5f0b91bf8fe1a12ad8e2bdfb872db97f09',
  // Clients say whether a person looks, and are told to report faster. Gateways of version 17 refuse the one, and drop the message
  // between gateways that leads to the other: friends report as ever.
  18: '7e359dbb9ed0f098ec1fe2fe7c4da90dd338752e952b5165145e8e3b861f45a1',
  // Alerts asks friend-graph whom to alert, and where. Friend-graphs of version 18 refuse that: alerts come once all are replaced.
  19: '9ea13af347054a7b669a22b3d7308079dfe4144be37abe40bd825b8a17d27daa',
  // The codes `invite_limit` and `invite_unusable`. Between services nothing changes.
  20: '353193043672f4bd235ee46bbed0e3e4a3536e81a939b756520d7c61a0ba47e9',
};

export const PROTOCOL_VERSION = Math.max(...Object.keys(SCHEMA_DIGESTS).map(Number));
