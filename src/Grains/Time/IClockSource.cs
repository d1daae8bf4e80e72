namespace EdgeOrleans.Grains.Time;

/// <summary>What keeps the system's clock right.</summary>
public interface IClockSource
{
    /// <summary>Whether the system's clock is disciplined by a source of true time. Asked about once a second; must not wait.</summary>
    bool IsSynchronised { get; }
}
