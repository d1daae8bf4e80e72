namespace EdgeOrleans.Simulation.Judgement;

/// <summary>A read under way, and what was known of its key when it began.</summary>
internal readonly record struct ReadTicket(VersionedKey Key, SentWrite? Known, bool IsAbsent);
