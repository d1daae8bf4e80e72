namespace EdgeOrleans.Grains.WriteBehind;

/// <summary>What a row is to Orleans: a grain state of bytes that a pass-through serializer takes as they are.</summary>
public sealed class RowState
{
    /// <summary>The row's payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }
}
