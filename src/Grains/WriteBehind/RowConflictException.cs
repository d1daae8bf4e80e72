namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>A row was not under the ETag that a write named: someone else has written it, or an earlier try of our own has.</summary>
public sealed class RowConflictException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// A row cannot be understood. It is never overwritten: the exception names it, and the collection stays unavailable until it is mended.
/// </summary>
public sealed class StateDamagedException(string message, Exception? inner = null) : Exception(message, inner);
