namespace EdgeOrleans.WriteBehind.Tests;

/// <summary>Runs a test and everything it starts on one thread, in an order that depends on nothing but the test.</summary>
internal sealed class OneThread : TaskScheduler
{
    private readonly Queue<Task> _tasks = [];

    /// <summary>Runs a test to its end.</summary>
    public static Task Run(Func<OneThread, Task> test) => Task.Run(async () =>
    {
        // On a thread of the pool, so that the test runner's synchronization context takes no part.
        var thread = new OneThread();
        var running = Task.Factory.StartNew(() => test(thread), CancellationToken.None, TaskCreationOptions.None, thread).Unwrap();
        thread.Drain();
        Assert.True(running.IsCompleted, "the test waits for something that nobody does");
        await running;
    });

    /// <summary>Runs what is queued.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Drain()
    {
        var hasProgress = false;
        while (_tasks.TryDequeue(out var task))
        {
            TryExecuteTask(task);
            hasProgress = true;
        }

        return hasProgress;
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _tasks;

    protected override void QueueTask(Task task) => _tasks.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;
}
