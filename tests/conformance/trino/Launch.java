/** Starts a Trino server; the argument is the version it reports. (Its own main class is not in Maven Central.) */
public final class Launch {
    public static void main(String[] arguments) {
        new io.trino.server.Server().start(arguments[0]);
    }
}
