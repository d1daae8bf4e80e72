namespace EdgeOrleans.Silo.Cluster;

/// <summary>
/// A silo that stops says that it is dead once the others have all its answers. With that word they give up each call that it has not
/// answered, and of such a write nobody could say whether it was made.
/// </summary>
internal sealed class LastAnswers : ILifecycleParticipant<ISiloLifecycle>
{
    // From ServiceLifecycleStage.RuntimeServices downwards a silo refuses what it is still asked for; just above RuntimeInitialize it says
    // that it is dead.
    private const int Stage = (ServiceLifecycleStage.RuntimeServices + ServiceLifecycleStage.RuntimeInitialize) / 2;

    // What is on its way to a busy machine arrives in far less.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    /// <inheritdoc/>
    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe(nameof(LastAnswers), Stage, static _ => Task.CompletedTask, static async stop =>
            await Task.Delay(Pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing));
}
