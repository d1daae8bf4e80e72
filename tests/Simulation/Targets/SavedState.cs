namespace EdgeOrleans.Simulation.Targets;

/// <summary>What an activation asked to be saved, and on what it was built.</summary>
/// <param name="Before">What it was built on.</param>
/// <param name="Writer">The activation's name; none for the state before the first save.</param>
/// <param name="Sequence">The sequence through which it was saved.</param>
/// <param name="Content">All entries.</param>
internal sealed record SavedState(SavedState? Before, string Writer, long Sequence, string Content)
{
    /// <summary>Whether somebody was told that it is saved.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether this is, or was built on, another.</summary>
    public bool Includes(SavedState other)
    {
        for (var state = this; state is not null; state = state.Before)
        {
            if (state == other)
            {
                return true;
            }
        }

        return false;
    }
}
