namespace EdgeOrleans.Cluster.Tests.Traffic;

/// <summary>All that clients asked for a while.</summary>
/// <param name="Attempts">What they asked, in no order.</param>
/// <param name="Begin">When all had been served once.</param>
/// <param name="End">When the last was sent.</param>
/// <param name="LastReads">Plain and strong reads of each key through each gateway, when no more was written.</param>
internal sealed record TrafficRecord(IReadOnlyList<Attempt> Attempts, long Begin, long End, IReadOnlyList<Attempt> LastReads);
