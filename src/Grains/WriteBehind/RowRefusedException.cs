namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>The storage answers, and does not take or give this one row: a matter of its collection alone.</summary>
/// <param name="message">What the storage says.</param>
public sealed class RowRefusedException(string message) : Exception(message);
